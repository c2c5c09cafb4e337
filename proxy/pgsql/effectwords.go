package pgsql

import "strings"

// statementEffect is what the first word of a statement says of its effect.
type statementEffect uint8

const (
	effectUnknown  statementEffect = iota // whatever is not listed: SET, RESET, DISCARD, DO, CALL, EXECUTE, FETCH, CREATE, …
	effectNone                            // only through functions that it calls
	effectInert                           // never
	effectRestores                        // ends a transaction, or goes back to a savepoint
	effectExplains                        // what it explains may run
	effectPrepares                        // what it prepares runs later
)

var statementEffects = wordKinds(map[statementEffect]string{
	effectNone:     "select values table with insert update delete merge copy",
	effectInert:    "begin start savepoint release show close listen unlisten notify deallocate lock truncate comment grant revoke vacuum analyze analyse reindex cluster checkpoint",
	effectRestores: "commit end rollback abort",
	effectExplains: "explain",
	effectPrepares: "prepare declare",
})

func wordKinds(lists map[statementEffect]string) map[string]statementEffect {
	kinds := map[string]statementEffect{}
	for kind, words := range lists {
		for _, w := range strings.Fields(words) {
			kinds[w] = kind
		}
	}
	return kinds
}

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// beforeColumns are words behind which a name with parentheses is a table, or an alias, with columns.
var beforeColumns = wordSet("into as with recursive prepare copy declare")

// notFunctions are words that a parenthesis may follow and that cannot be the name of a user's function: reserved words,
// words that are column names but no function names (src/include/parser/kwlist.h), and others where they stand in the
// grammar.
var notFunctions = wordSet(`all and any array as asc between both by case cast check coalesce conflict cross cube current_date
	current_role current_time current_timestamp current_user default desc distinct do else end except exists extract false fetch
	filter for foreign from full greatest group grouping having in inner intersect interval into is join key lateral leading
	least left like limit localtime localtimestamp materialized natural not nothing null nullif offset on only or order outer over
	overlay partition position references returning right rollup row rows select session_user set sets similar some substring
	symmetric table then to trailing treat trim true union unique update user using values when where window with within insert
	explain ilike isnull notnull collate returning merge matched
	bigint bit boolean char character dec decimal double float int integer national nchar numeric real smallint time timestamp
	varchar varying timestamptz timetz bpchar`)

// keepingFunctions are functions of PostgreSQL that leave the session's parameters alone and run no code of others.
var keepingFunctions = wordSet(`abs acos age any_value area array_agg array_append array_cat array_dims array_fill array_length
	array_lower array_ndims array_position array_positions array_prepend array_remove array_replace array_sample array_shuffle
	array_to_json array_to_string array_upper ascii asin atan atan2 avg bit_and bit_count bit_length bit_or bool_and bool_or btrim
	cardinality cbrt ceil ceiling char_length character_length chr clock_timestamp col_description concat concat_ws convert
	convert_from convert_to corr cos cot count covar_pop covar_samp cume_dist current_catalog current_database current_schema
	current_schemas current_setting currval date date_bin date_part date_trunc decode degrees dense_rank div encode every exp
	factorial first_value floor format format_type gcd gen_random_uuid generate_series generate_subscripts get_bit get_byte
	get_current_ts_config has_any_column_privilege has_column_privilege has_database_privilege has_function_privilege
	has_schema_privilege has_sequence_privilege has_table_privilege hashtext host inet_client_addr inet_server_addr initcap isfinite
	json_agg json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each
	json_each_text json_extract_path json_extract_path_text json_object json_object_agg json_object_keys json_populate_record
	json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof jsonb_agg jsonb_array_elements
	jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
	jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_query
	jsonb_path_query_array jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset jsonb_pretty jsonb_set
	jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days justify_hours justify_interval lag
	last_value lastval lcm lead left length ln log log10 lower lower_inc lpad ltrim make_date make_interval make_time make_timestamp
	make_timestamptz max md5 min mod mode nextval now nth_value ntile num_nonnulls num_nulls numnode obj_description octet_length
	parse_ident percent_rank percentile_cont percentile_disc pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock
	pg_advisory_unlock_all pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_backend_pid
	pg_cancel_backend pg_column_size pg_current_xact_id pg_database_size pg_encoding_to_char pg_get_constraintdef
	pg_get_expr pg_get_functiondef pg_get_indexdef pg_get_serial_sequence pg_get_userbyid pg_get_viewdef pg_indexes_size
	pg_is_in_recovery pg_notify pg_relation_size pg_size_pretty pg_sleep pg_table_is_visible pg_table_size pg_terminate_backend
	pg_total_relation_size pg_try_advisory_lock pg_try_advisory_lock_shared pg_try_advisory_xact_lock
	pg_try_advisory_xact_lock_shared pg_type_is_visible pg_typeof pi plainto_tsquery phraseto_tsquery power pow quote_ident
	quote_literal quote_nullable radians random range_agg rank regexp_count regexp_instr regexp_like regexp_match regexp_matches
	regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse right round row_number
	row_to_json rpad rtrim scale set_bit set_byte setseed setval setweight sha224 sha256 sha384 sha512 sign sin split_part sqrt
	starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array string_to_table strip strpos substr
	substring sum tan timeofday timezone to_ascii to_char to_date to_hex to_json to_jsonb to_number to_regclass to_timestamp
	to_tsquery to_tsvector transaction_timestamp translate trim trim_array trim_scale trunc ts_headline ts_rank ts_rank_cd
	tsvector_to_array txid_current unistr unnest upper upper_inc var_pop var_samp variance version
	websearch_to_tsquery width_bucket xmlagg`)
