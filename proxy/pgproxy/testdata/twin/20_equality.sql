insert into members (id, tenant_id, email, backup, number, small, joined, seen, ref, raw, handle, note, name) values
	(1, 'acme', 'marker1', 'marker2', 7737001, 773701, '2077-01-01', '2077-01-01 10:00Z', 'feedface-0000-0000-0000-000000000001', '\xfeedface01', 'marker h1', 'marker n1', 'one'),
	(2, 'acme', 'marker2', 'marker2', 7737002, 773702, '2077-01-02', '2077-01-02 10:00Z', 'feedface-0000-0000-0000-000000000002', '\xfeedface02', 'marker h2', 'marker n2', 'two'),
	(3, 'acme', null, 'marker1', null, null, null, null, null, null, null, null, 'three'),
	(4, 'acme', 'marker4', null, 7737001, 773701, '2077-01-01', '2077-01-01 10:00Z', 'feedface-0000-0000-0000-000000000001', '\xfeedface01', 'marker h1', 'marker n1', 'four')

insert into members (id, tenant_id, email, backup, number, handle, name) values (5, 'globex', 'marker1', 'marker1', 7737001, 'marker h1', 'five'), (6, 'globex', 'marker6', 'marker1', 7737006, 'marker h6', 'six')

insert into invites (id, tenant, email, handle) values (1, 'acme', 'marker1', 'marker h1'), (2, 'acme', 'marker9', 'marker h9'), (3, 'globex', 'marker6', 'marker h6'), (4, 'globex', 'marker2', 'marker h2'), (5, 'acme', null, null)

insert into guests (id, email, name) values (1, 'marker1', 'first'), (2, 'marker7', 'second'), (3, null, 'third')

select * from members order by id

select id from members where tenant_id = 'acme' and email = 'marker1'

select id from members where tenant_id = 'globex' and email = 'marker1'

select id, email from members where 'acme' = tenant_id and 'marker1' = email

select id from members where tenant_id = 'acme' and email = 'marker nobody'

-- params: acme | marker1
select id, email from members where tenant_id = $1 and email = $2

-- params: marker1 | acme
select * from members where email = $1 and tenant_id = $2

-- params: acme | NULL
select id from members where tenant_id = $1 and email = $2

select id from members where tenant_id = 'acme' and email <> 'marker1'

select id from members where tenant_id = 'acme' and email != 'marker1'

select id from members where tenant_id = 'acme' and not email = 'marker1'

select id from members where not (tenant_id = 'acme' and email = 'marker1') order by id

select id from members where tenant_id = 'acme' and email in ('marker1', 'marker2', 'marker x') order by id

select id from members where tenant_id = 'acme' and email in ('marker1', null)

select id from members where tenant_id = 'acme' and email not in ('marker1', 'marker x') order by id

select id from members where tenant_id = 'acme' and email not in ('marker1', null) order by id

-- params: acme | marker1 | marker4
select id from members where tenant_id = $1 and email in ($2, $3) order by id

-- params: acme | {marker1,"marker4",NULL,marker8}
select id from members where tenant_id = $1 and email = any($2) order by id

-- params: acme | {marker1,NULL}
select id from members where tenant_id = $1 and email <> all($2) order by id

-- params: acme | {marker1}
select id from members where tenant_id = $1 and email <> all($2::text[]) order by id

-- params: acme | {}
select id from members where tenant_id = $1 and email = any($2)

-- params: acme | NULL
select id from members where tenant_id = $1 and email = any($2)

-- params: acme | {7737001,7737002}
select id from members where tenant_id = $1 and number = any($2::int8[]) order by id

-- params: acme | {marker h1}
select id from members where tenant_id = $1 and handle = any($2) order by id

select id from members where tenant_id = 'acme' and email = any('{marker1, "marker2", NULL}') order by id

select id from members where tenant_id = 'acme' and email = any(array['marker1', 'marker2']) order by id

select id from members where tenant_id = 'acme' and backup = any (array['marker1', null]::varchar[]) order by id

select id from members where tenant_id = 'acme' and handle = any ('{"marker h1"}') order by id

select id from members where tenant_id = 'acme' and handle in ('marker h1', 'marker h2') and handle <> 'marker h2' order by id

select id from members where tenant_id = 'acme' and email is distinct from 'marker1' order by id

select id from members where tenant_id = 'acme' and email is not distinct from null order by id

select id from members where tenant_id = 'acme' and email is not distinct from 'marker2'::text

select id from members where tenant_id = 'acme' and email = null

select id from members where (tenant_id, email) = ('acme', 'marker1')

select id from members where row(tenant_id, email, name) <> row('acme', 'marker1', 'one') order by id

select id from members where (tenant_id, email) in (('acme', 'marker1'), ('globex', 'marker6')) order by id

-- params: acme | marker1 | globex | marker6
select id from members where (tenant_id, email) in (($1, $2), ($3, $4)) order by id

select id from members where (tenant_id, email) not in (('acme', 'marker1'), ('globex', 'marker6')) order by id

select id from members where (tenant_id = 'acme' and email = 'marker1') or (tenant_id = 'globex' and email = 'marker6') order by id

select id from members where tenant_id = 'acme' and (email = 'marker1' or name = 'two' or backup = 'marker1') order by id

select id from members where tenant_id = 'acme' and number = 7737001 order by id

select id from members where tenant_id = 'acme' and number in (7737001, 7737002, 0) order by id

select id from members where tenant_id = 'acme' and number = '7737001' order by id

select id from members where tenant_id = 'acme' and number = '7737002'::int8

select id from members where tenant_id = 'acme' and small = 773701 order by id

select id from members where tenant_id = 'acme' and small = 77370100000000

select id from members where tenant_id = 'acme' and small <> 77370100000000 order by id

select id from members where tenant_id = 'acme' and number <> 77370000000000000000000 order by id

-- params: acme | 773701
select id from members where tenant_id = $1 and small = $2::int8 order by id

-- params: acme | 77370100000000
select id from members where tenant_id = $1 and small = $2::int8 order by id

select id from members where tenant_id = 'acme' and joined = '2077-01-01' order by id

select id from members where tenant_id = 'acme' and joined = date '2077-01-02'

select id from members where tenant_id = 'acme' and seen = '2077-01-01 12:00+02' order by id

select id from members where tenant_id = 'acme' and ref = 'FEEDFACE-0000-0000-0000-000000000002'

select id from members where tenant_id = 'acme' and raw = '\xfeedface02'

select id from members where tenant_id = 'acme' and joined = 'marker'

select id from members where tenant_id = 'acme' and number = 'marker'

select id from members where tenant_id = 'acme' and ref in ('marker', 'feedface-0000-0000-0000-000000000002')

select count(*), count(*) filter (where email = 'marker1') from members where tenant_id = 'acme'

select id, email = 'marker1' as is_one, email from members where tenant_id = 'acme' order by id

select id, case email when 'marker1' then 'first' when 'marker2' then 'second' else name end from members where tenant_id = 'acme' order by id

select id, case when email = 'marker1' then 'first' else name end from members where tenant_id = 'acme' order by id

select id from members where email = backup order by id

select id from members where email <> backup order by id

select m.id, i.id from members m join invites i on i.tenant = m.tenant_id and i.email = m.email order by 1, 2

select m.id, i.id, i.email from members m join invites i on i.tenant = m.tenant_id and i.email in (m.email, m.backup) order by 1, 2

select m.id, i.id, m.email, i.email from members m left join invites i on i.tenant = m.tenant_id and i.email = m.email order by 1, 2

select m.id, i.id from members m right join invites i on i.tenant = m.tenant_id and i.handle = m.handle order by 1, 2

select m.id, i.id from members m full join invites i on i.tenant = m.tenant_id and i.handle = m.handle order by 1, 2

select m.id, i.id from members m, invites i where m.tenant_id = 'acme' and i.tenant = 'acme' and m.email = i.email

-- params: acme
select m.id, i.id from members m, invites i where m.tenant_id = $1 and i.tenant = $1 and m.email = i.email

select a.id, b.id from members a join members b on a.tenant_id = b.tenant_id and a.number = b.number and a.id < b.id order by 1

select a.id, b.id from members a join members b using (tenant_id, number) where a.id < b.id order by 1

select number, tenant_id, a.id, b.id from members a join members b using (tenant_id, number) where a.id < b.id order by 3

select number, a.id, b.id from members a left join members b using (tenant_id, number) order by 2, 3

select number, b.id from (select tenant_id, number from members where id = 1) a right join members b using (tenant_id, number) order by 2

select count(*) from (select tenant_id, number from members) a natural join (select tenant_id, number from members) b

select g.id, m.id from guests g join members m on m.tenant_id = 'acme' and m.email = g.email

select m.id from members m where exists (select 1 from invites i where i.tenant = m.tenant_id and i.email = m.email) order by 1

select m.id from members m where not exists (select 1 from invites i where i.tenant = m.tenant_id and i.email = m.email) order by 1

select m.id from members m where m.email in (select i.email from invites i where i.tenant = m.tenant_id) order by 1

select m.id from members m where m.tenant_id = 'acme' and m.email not in (select i.email from invites i where i.tenant = 'acme' and i.email is not null) order by 1

select m.id from members m where m.tenant_id = 'acme' and m.email not in (select i.email from invites i where i.tenant = 'acme') order by 1

select m.id from members m where (m.tenant_id, m.email) in (select tenant, email from invites) order by 1

select m.id from members m where m.tenant_id = 'acme' and m.email <> all (select email from guests where id < 3) order by 1

select m.id from members m where m.tenant_id = 'acme' and m.email = (select email from guests where id = 1)

select m.id from members m where m.tenant_id = 'acme' and 'marker1' in (select g.email from guests g where g.id = m.id)

select s.id from (select id, email from members where tenant_id = 'acme') s where s.email = 'marker1'

select s.id from (select * from members) s where s.email = 'marker1' and s.tenant_id = 'globex'

with s as (select tenant_id as t, email as e, id from members) select id from s where e = 'marker1' and t = 'acme'

with s as (select id, email from members where tenant_id = 'globex') select s.id, s.email from s where email = 'marker6'

select o.id, (select count(*) from members m where m.tenant_id = 'acme' and m.email = 'marker1') from guests o order by 1

select m.id, l.id from members m, lateral (select i.id from invites i where i.tenant = m.tenant_id and i.email = m.email) l order by 1

select id from guests where email = 'marker1'

select id from guests where email in ('marker1', 'marker7') order by id

select m.id from members m left join invites i on i.tenant = m.tenant_id and i.email = m.email where i.tenant = 'acme' and i.email = 'marker1'

update members set name = 'uno' where tenant_id = 'acme' and email = 'marker1'

-- params: marker10 | acme | marker1
update members set email = $1 where tenant_id = $2 and email = $3 returning id, email

-- params: marker1 | acme
update members set email = $1 where tenant_id = $2 and id = 1 and email <> $1 returning id, email

update members m set name = g.name from guests g where m.tenant_id = 'acme' and g.email = m.email returning m.id, m.name

delete from members m using invites i where i.tenant = m.tenant_id and i.email = m.email and i.id = 3 returning m.id, m.email

delete from members where tenant_id = 'acme' and email = 'marker nobody'

insert into members (id, tenant_id, email) values (20, 'acme', 'marker1')

insert into guests (id, email) values (21, 'marker7')

insert into members (id, tenant_id, email) values (22, 'globex', 'marker4') returning id, email

select id from members where email = 'marker1'

select id from members where tenant_id = 'acme' or email = 'marker1'

-- params: acme
select id from members where tenant_id = $1 and email = 'marker1'

select id from members where tenant_id in ('acme', 'globex') and email = 'marker1'

select id from members where tenant_id = 'acme' and email = lower('marker1')

select id from members where tenant_id = 'acme' and lower(email) = 'marker1'

select id from members where tenant_id = 'acme' and email like 'marker%'

select id from members where tenant_id = 'acme' and email > 'marker'

select id from members where tenant_id = 'acme' and note = 'marker n1'

select id from members where tenant_id = 'acme' and number = 773700.5

select id from members where tenant_id = 'acme' and email = 'marker1' collate "C"

select id from members where tenant_id = 'acme' and joined = '2077-01-01 10:00'::timestamp

select id from members where tenant_id = 'acme' and email = 'marker1'::varchar(3)

select id from members where tenant_id = 'acme' and email = name

select m.id from members m join invites i on i.email = m.email

select m.id from members m join invites i using (email)

select m.id from members m where m.email in (select email from invites)

select m.id from members m where m.tenant_id = 'acme' and m.email in (select name from members)

select max(email) from members where tenant_id = 'acme'

select id from members where tenant_id = 'acme' order by email
