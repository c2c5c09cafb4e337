insert into typed (id, t) values (1, 'marker'::varchar), (2, 'marker longer'::varchar(8)), (3, cast('marker longer' as character varying(6))), (4, 'marker'::text::varchar(3)::text), (5, varchar(9) 'marker marker') returning id, t

insert into typed (id, t, v) values (6, N'marker  ', N'marker  '), (7, 'marker  '::bpchar, 'marker'::bpchar) returning t, v

insert into typed (id, t) values (8, 'marker'::char(3)) returning t

insert into typed (id, t) values (9, 'marker'::name) returning t

insert into typed (id, t) values (10, 42), (11, -42), (12, 1.50), (13, 773700000000), (14, 1e3), (15, -1.5e-3), (16, true), (17, 007), (18, .5), (19, 5.), (20, +7), (21, - 7), (22, -(7)), (23, -(-(7))), (24, 12345678901234567890123) returning t

insert into typed (id, i2, i4, i8) values (30, 1, 2, 3), (31, 1.5, 2.5, -2.5), (32, 0.4, 1e3, 1e9), (33, -1, - 1, -(1)), (34, '7', '8', '9'), (35, '7'::int2, '8'::int8, '9'::numeric), (36, '7.5'::numeric, '2.5'::float8, '3.5'::real), (37, 7::numeric(3,1), 8.45::numeric(3,1), 9::bigint) returning i2, i4, i8

-- only: simple
insert into typed (id, i2) values (40, 70000)

-- only: simple
insert into typed (id, i4) values (40, 5000000000)

-- only: simple
insert into typed (id, i8) values (40, 1e30)

-- only: simple
insert into typed (id, i4) values (40, '5000000000'::int8)

insert into typed (id, i8) values (40, '5000000000'::int4)

insert into typed (id, i8) values (40, 'x'::int4)

insert into typed (id, i8) values (40, true)

insert into typed (id, i8) values (40, '42'::text)

-- only: simple
insert into typed (id, i8) values (40, '77370'::text::int8), (41, '77370'::varchar::integer), (42, ' 77370 '::text::smallint::bigint) returning i8

insert into typed (id, i8) values (43, '77370'::varchar(2)::int) returning i8

insert into typed (id, f4, f8, num) values (50, 1, 2, 3), (51, 1.1, 2.2, 3.30), (52, 1e10, 1e300, 1e20), (53, '1.1', 'nan', 'NaN'), (54, '1.1'::numeric, '1.1'::real, '1.10'::float8), (55, 16777217, 9007199254740993, 0.10) returning f4, f8, num

-- only: simple
insert into typed (id, num) values (56, 1.005::numeric(5,2)), (57, '123.456'::numeric(5)), (58, 2.5::int), (59, '2.5'::float8::int), (60, 99.995::numeric(4,2))

insert into typed (id, num) values (61, 99.994::numeric(4,2)), (62, '1e5'::numeric), (63, '-0.00'::numeric(4,1)) returning num

insert into typed (id, b) values (70, true), (71, 'yes'), (72, 'f'::bool), (73, 'true'::text::bool), (74, false::bool) returning b

insert into typed (id, b) values (75, 1)

insert into typed (id, b) values (75, 1::bool)

insert into typed (id, d, ts, tz) values (80, '2077-01-02'::timestamp, '2077-01-02'::date, '2077-01-02 03:04:05Z'::timestamptz), (81, date '2077-01-02', timestamp '2077-01-02 03:04', timestamp with time zone '2077-01-02 03:04+02'), (82, '2077-01-02'::text::date, '2077-01-02 03:04:05.6789'::timestamp(2), '2077-01-02 03:04:05.5Z'::timestamptz(0)), (83, cast('2077-01-02' as date), cast('2077-01-02 01:02' as timestamp without time zone), '2077-01-02 03:04Z'::timestamp (3) with time zone) returning d, ts, tz

insert into typed (id, t, v) values (84, '2077-01-02'::date, '2077-01-02 03:04'::timestamp) returning t, v

insert into typed (id, t) values (85, '1.5'::float8)

insert into typed (id, d) values (85, now())

insert into typed (id, d) values (85, current_date)

insert into typed (id, u) values (85, gen_random_uuid())

insert into typed (id, d) values (85, '2077-01-02'::date + 1)

insert into typed (id, u, j, jb) values (90, 'feedface-0000-0000-0000-000000000090'::uuid, '{"marker":  1}'::jsonb, '{"marker":  1}'::json), (91, 'FEEDFACE-0000-0000-0000-000000000091'::text::uuid, '{"marker":  1}'::text::json, '{"marker":  1}'::json::jsonb) returning u, j, jb

insert into typed (id, t) values (92, 'FEEDFACE-0000-0000-0000-000000000092'::uuid), (93, '{"marker":  1}'::jsonb), (94, '{"marker":  1}'::json), (95, 1::bool::text) returning t

insert into typed (id, t) values (96, '{"marker":  1}'::jsonb), (97, 't'::bool), (98, '77370'::int8::text) returning t

insert into typed (id, bin) values (100, '\x6d61726b6572'::bytea), (101, 'marker'::bytea) returning bin

insert into typed (id, bin) values (102, 'marker'::text)

insert into typed (id, ta, ia) values (110, '{marker,NULL}'::text[], '{77370,2}'::bigint[]), (111, '{marker}'::varchar[], '{77370}'::int[]), (112, '{marker}'::text::text[], '{77370}'::text[]::int8[]) returning ta, ia

insert into typed (id, ta) values (113, array['marker', 'marker2']) returning ta

insert into typed (id, t) values (120, 'marker' || ' folded'), (121, ('marker') || (' ' || 'deep')), (122, concat('marker', ' ', 'c')), (123, lower('MARKER')), (124, upper('marker' || '!')), (125, trim('  marker ')), (126, lower('marker'::text || E'\n')), (127, (lower('x') || 'marker')::varchar(4)) returning t

insert into typed (id, t) values (128, lower('MÄRKER marker'))

insert into typed (id, t) values (128, lower('INITIAL MARKER'))

insert into typed (id, i8) values (128, '7' || '7370')

insert into typed (id, t) values (128, 'marker' || 5)

insert into typed (id, t) values (128, 'marker' || null)

insert into typed (id, t) values (128, U&'marker \00e9'), (129, e'marker\x41'), (130, $q$marker 'x'$q$), (131, 'marker'
-- a comment
' two parts') returning t

insert into typed (id, t) values (132, 'marker' -- a comment in the same line
' two parts') returning t

insert into typed (id, t) values (132, B'1010')

insert into typed (id, i8) values (132, X'1F')

-- params: marker | marker too | 12 | 3.75
insert into typed (id, t, v, i8, num) values (140, $1::varchar(4), cast($2 as text), $3::int4, $4::numeric(4,1)) returning t, v, i8, num

-- params: 77370 | 2.5 | 2077-01-02 03:04:05
insert into typed (id, i8, i4, d) values (141, $1::text::int8, $2::numeric, $3::timestamp) returning i8, i4, d

-- params: marker
insert into typed (id, t) values (142, $1::bytea)

-- params: 5000000000
insert into typed (id, i8) values (142, $1::int4)

-- params: marker
insert into typed (id, i8) values (142, $1::text)

-- params: marker
insert into typed (id, t) values (142, $1 || '@x')

-- params: MARKER
insert into typed (id, t) values (142, lower($1))

-- params: {marker,b} | {77370}
insert into typed (id, ta, ia) values (143, $1::text[], $2::int[]) returning ta, ia

insert into typed (id, t, i8) values (150, coalesce(null, 'marker'), coalesce(77370, 5)), (151, case when 1 = 1 then 'marker' else 'marker else' end, case 2 when 2 then 77370 when 3 then 77371 end), (152, coalesce('marker'::varchar(3), 'x'), coalesce('5', 6)), (153, case when false then 'marker' end, coalesce(null::int, null)) returning t, i8

insert into typed (id, i8) values (154, coalesce('7', '8'))

insert into typed (id, i8) values (154, coalesce(7, 'marker'))

insert into typed (id, i8) values (154, coalesce(7, true))

insert into typed (id, t) values (154, coalesce('marker', 'x')::varchar(3)), (155, cast(case when true then 'marker' end as varchar(2))), (156, (coalesce('marker'))::text) returning t

insert into typed (id, num, f8) values (157, coalesce(1, 2.50), coalesce(1, 2.5)), (158, coalesce(null, 2.50, 1), case when true then 1e3 else 2 end) returning num, f8

insert into typed (id, t) values (159, coalesce(nullif('marker', ''), 'x'))

insert into typed (id, t) values (159, greatest('marker', 'x'))

-- params: NULL | marker
insert into typed (id, t) values (160, coalesce($1, $2)) returning t

-- params: true | marker | NULL
insert into typed (id, t, i8) values (161, case when $1::boolean then $2 else 'marker no' end, coalesce($3, 77370)) returning t, i8

-- params: marker
insert into typed (id, t) values (162, case when $1 is null then 'none' else $1 end)

update typed set t = coalesce(t, 'marker was null'), v = coalesce('marker new', v), i8 = coalesce(i8, 5) where id in (1, 10, 30) returning t, v, i8

update typed set t = case when id > 1 then t else 'marker one' end, i8 = case when i8 is null then 77370 else i8 end where id < 4 returning id, t, i8

update typed set i8 = coalesce(i8, 5.5) where id = 1

update typed set t = coalesce(t, v) where id = 1

update typed set t = t, v = v::varchar, i8 = (i8) where id = 1 returning t, v, i8

update typed set t = t::varchar(3) where id = 1

update typed set t = t || 'x' where id = 1

update typed set t = (select 'marker') where id = 1

-- params: NULL | 2
update typed set t = coalesce($1, t) where id = $2 returning t

-- params: marker sqlc | 2
update typed set t = coalesce($1, t) where id = $2 returning t

-- params: marker sqlc | true | 2 | 77370
update typed set t = case when $2::bool then $1::text else t end, i8 = coalesce($4::bigint, i8) where id = $3 returning t, i8

-- params: NULL | acme | 1
update customers set email = coalesce($1, email), note = coalesce('marker', note) where tenant_id = $2 and id = $3 returning email, note

insert into typed (id, t, i8) select 170, 'marker', 77370

insert into typed (id, t, i8) select g, 'marker', 77370 from generate_series(171, 173) g returning id, t, i8

insert into typed (id, t, i8) select 174, 'marker'::varchar(4), '77370'::int union all select 175, 'marker two', 5 returning t, i8

insert into typed (id, t) select 176, 'marker' union select 177, 'marker' returning id, t

insert into typed (id, t) values (178, 'marker b'), (179, null) order by 1 desc limit 1 returning id, t

insert into typed (id, i8) select 180, '77370' union all select 181, '5'

insert into typed (id, t) select v.id, v.t from (values (182, 'marker v'), (183, null), (184, 'marker w')) v (id, t) where v.t is not null returning id, t

insert into typed (id, t) select v.id, v.t from (values (185, 'marker v'), (186, 'b')) v (id, t) where v.t <> 'b'

insert into typed (id, t) select v.id, v.t from (values (185, 'marker v'), (186, 'b')) v (id, t) order by v.t

insert into typed (id, t, v) select v.id, v.t, v.t from (values (185, 'marker v')) v (id, t)

insert into typed select * from (values (185, 'marker v', 'marker')) v returning *

with v (id, t) as (values (186, 'marker'), (187, 'marker x')) insert into typed (id, t) select id, t from v returning id, t

with v as (select 188 as id, 'marker'::text as t union all select 189, 'marker x') insert into typed (id, t) select id, t::varchar(3) from v returning id, t

with v (id, t) as (values (190, 'marker')), i as (insert into typed (id, t) select id, t from v returning id) select * from v

with v (id, t) as (values (190, 'marker')), i as (insert into typed (id, t) select id, t from v returning id) select i.id from i

insert into typed (id, t) select v.id, p.t from (values (191)) v (id), lateral (select 'marker lateral' as t) p returning t

-- params: 200 | marker | 201 | marker b
insert into typed (id, t) select p0::int, p1::varchar from (values ($1, $2, 0), ($3, $4, 1)) as imp_sen (p0, p1, sen_counter) order by sen_counter returning id, typed.id as id__1, t

-- params: 202 | 77370 | 203 | 5
insert into typed (id, i8) select p0::int, p1::bigint from (values ($1, $2, 0), ($3, $4, 1)) as imp_sen (p0, p1, sen_counter) order by sen_counter returning id, i8

-- params: 204 | 77370
insert into typed (id, i8) select p0::int, p1 from (values ($1, $2)) as v (p0, p1)

-- params: 200 | marker up | 201 | NULL
update typed set t = v.t from (values ($1::int, $2), ($3::int, $4)) as v (id, t) where typed.id = v.id returning typed.id, typed.t

update typed set t = v.t, i8 = v.n from (values (202, 'marker', 77370), (203, null, 7)) as v (id, t, n) where typed.id = v.id returning typed.id, typed.t, typed.i8

update typed set t = coalesce(v.t, typed.t) from (values (202, 'marker', 5), (203, null, 7)) as v (id, t, n) where typed.id = v.id returning typed.id, typed.t

insert into typed (id, t, v) values (300, nullif('marker', ''), nullif('x', 'x')), (301, nullif('', ''), nullif('marker'::text, 'y')::varchar(3)), (302, coalesce(nullif('marker', 'marker'), 'marker two'), null) returning t, v

insert into typed (id, i8) values (303, nullif(5, 5))

-- params: marker | 
insert into typed (id, t, v) values (304, nullif($1, ''), nullif($2::text, '')) returning t, v

-- params: NULL | marker n
insert into typed (id, t, v) values (305, nullif($1, ''), coalesce(nullif($2, 'marker n'), 'marker default')) returning t, v

-- params: marker
update typed set t = coalesce(nullif($1, ''), t) where id = 304 returning t
