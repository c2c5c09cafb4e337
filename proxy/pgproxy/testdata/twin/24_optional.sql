insert into members (id, tenant_id, email, number, name) values (1, 'acme', 'marker1', 7737001, 'one'), (2, 'acme', 'marker2', 7737002, 'two'), (3, 'globex', 'marker1', 7737001, 'five'), (4, 'acme', null, null, 'four')

-- params: acme | marker1
select id from members where tenant_id = $1 and ($2::text is null or email = $2) order by id

-- params: acme | NULL
select id from members where tenant_id = $1 and ($2::text is null or email = $2) order by id

-- params: acme | {marker1,marker2}
select id from members where tenant_id = $1 and ($2::text[] is null or email = any($2)) order by id

-- params: acme | NULL
select id from members where tenant_id = $1 and ($2::text[] is null or email = any($2)) order by id

-- params: acme | 7737002 | NULL
select id from members where tenant_id = $1 and ($2::bigint is null or number = $2) and (cast($3 as text) is null or name = $3) order by id

-- params: acme | marker1
select id from members where tenant_id = $1 and (email = $2 or $2 is null) order by id

-- params: acme | 1
select id from members where tenant_id = $1 and ($2::int is null or email = $2)
