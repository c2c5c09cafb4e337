insert into members (id, tenant_id, email, backup, number, handle) values (5301, 'acme', 'marker 5301', 'marker b 5301', 773705301, 'Marker.5301'), (5302, 'acme', 'marker 5302', null, 773705302, 'marker 5302'), (5303, 'globex', 'marker 5301', null, null, null)

prepare q_eq as select id, email from members where tenant_id = $1 and email = $2 order by id

execute q_eq ('acme', 'marker 5301')

execute q_eq ('acme', 'marker none')

execute q_eq ('globex', 'marker 5301'::text)

prepare q_typed (varchar(40), varchar(40), int) as select id, email, number from members where tenant_id = $1 and (email = $2 or number = $3) order by id

execute q_typed ('acme', 'marker 5302', 773705301)

execute q_typed ('acme', null, '773705302')

prepare q_in (text, text, text) as select id from members where tenant_id = $1 and email in ($2, $3) order by id

execute q_in ('acme', 'marker 5301', 'marker 5302')

prepare q_any as select id from members where tenant_id = 'acme' and email = any ($1) order by id

execute q_any ('{marker 5301,"marker 5302"}')

execute q_any (array['marker 5301'])

prepare q_any_typed (text[]) as select id from members where tenant_id = 'acme' and email = any ($1) order by id

prepare q_term as select id, handle from members where tenant_id = $1 and handle = $2 order by id

execute q_term ('acme', 'Marker.5301')

execute q_term ('acme', 'marker.5301')

prepare q_lower as select id, handle from members where tenant_id = 'acme' and lower(handle) = lower($1) order by id

execute q_lower ('MARKER 5302')

prepare q_both as insert into members (id, tenant_id, email, backup, handle) values ($1, $2, $3, $3, $3) returning id, email, backup, handle

execute q_both (5304, 'acme', 'marker 5304')

prepare q_up as update members set email = $3 where tenant_id = $1 and email = $2 returning id, email

execute q_up ('acme', 'marker 5302', 'marker 5302 new')

execute q_eq ('acme', 'marker 5302 new')

prepare q_conflict as insert into guests (id, email, name) values ($1, $2, 'n') on conflict (email) do update set name = 'again' returning id, email, name

execute q_conflict (5301, 'marker guest')

execute q_conflict (5302, 'marker guest')

prepare q_cast as insert into members (id, tenant_id, email) values ($1, 'acme', $2::varchar(8)) returning email

execute q_cast (5305, 'marker 5305')

prepare q_case as insert into members (id, tenant_id, email) values ($1, 'acme', coalesce($2, 'marker default')) returning email

execute q_case (5306, null)

execute q_case (5307, 'marker 5307')

execute q_case (5308, case when true then 'marker yes' else 'marker no' end)

-- A cursor over a comparison.
begin

declare s scroll cursor for select id, email from members where tenant_id = 'acme' and email = 'marker 5301' order by id

fetch all from s

fetch backward all from s

declare g cursor for select email, count(*) from members where tenant_id = 'acme' and id between 5301 and 5309 group by email

commit

explain (costs off) select id from members where id = 5301 and email is null

deallocate all
