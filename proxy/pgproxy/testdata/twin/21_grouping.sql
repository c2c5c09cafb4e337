insert into members (id, tenant_id, email, backup, number, joined, handle, name) values
	(1, 'acme', 'marker1', 'marker2', 7737001, '2077-01-01', 'marker h1', 'one'), (2, 'acme', 'marker2', 'marker2', 7737002, '2077-01-02', 'marker h2', 'two'),
	(3, 'acme', null, 'marker1', null, null, null, 'three'), (4, 'acme', 'marker4', null, 7737001, '2077-01-01', 'marker h1', 'four')

insert into members (id, tenant_id, email, backup, number, handle, name) values (5, 'globex', 'marker1', 'marker1', 7737001, 'marker h1', 'five'), (6, 'globex', 'marker6', 'marker1', 7737006, 'marker h6', 'six')

insert into guests (id, email, name) values (1, 'marker1', 'first'), (2, 'marker7', 'second'), (3, null, 'third')

select tenant_id, number, count(*) from members group by tenant_id, number

select number, count(*) from members group by tenant_id, number

select number, count(*) from members where tenant_id = 'acme' group by number

-- params: acme
select number, count(*) from members where tenant_id = $1 group by number

-- params: globex
select handle as h, min(id) from members where tenant_id = $1 group by h

select m.backup as b, count(*), array_agg(id order by id) from members m where tenant_id = 'acme' group by 1 having count(*) > 1

select count(*) from members where tenant_id = 'acme' group by number, joined

select distinct number from members where tenant_id = 'acme'

-- params: acme
select distinct number, joined from members where tenant_id = $1

select distinct tenant_id, number from members

select distinct on (tenant_id, number) tenant_id, number from members

select distinct on (number) number from members where tenant_id = 'acme'

select count(distinct number), count(distinct email), count(number) from members where tenant_id = 'acme'

select tenant_id, count(distinct number) from members group by tenant_id

select id, row_number() over (partition by tenant_id, number order by id) from members order by id

select id, count(*) over w, number from members where tenant_id = 'acme' window w as (partition by number)

select tenant_id, email from members union select tenant_id, email from members where id > 3

select email from members where tenant_id = 'acme' union select email from members where tenant_id = 'acme'

-- params: acme
select number from members where tenant_id = $1 intersect select number from members where tenant_id = $1 and id > 1

select tenant_id, number from members except select tenant_id, number from members where id = 1

select tenant_id, number from members except all select tenant_id, number from members where id = 1

select number from members where tenant_id = 'acme' union all select number from members where tenant_id = 'acme' and id = 1

select u.number, count(*) from (select tenant_id, number from members where id < 3 union all select tenant_id, number from members) u group by u.tenant_id, u.number

select u.number from (select tenant_id, number from members union all select tenant_id, number from members) u where u.tenant_id = 'acme' and u.number = 7737002

select email from guests group by email

select distinct email from guests

select email, count(*) from guests where email <> 'marker1' group by email

select g.id, (select count(distinct m.number) from members m where m.tenant_id = 'acme' and m.id > g.id) from guests g

select m.id, (select count(distinct x.number) from members x where x.tenant_id = m.tenant_id) from members m

select s.number, s.n from (select number, count(*) n from members where tenant_id = 'acme' group by number) s where s.number = 7737001

select s.n from (select tenant_id, number, count(*) n from members group by tenant_id, number) s where s.number = 7737001 and s.tenant_id = 'globex'

insert into members (id, tenant_id, email, name) values (1, 'acme', 'marker1', 'x') on conflict do nothing

insert into members (id, tenant_id, email, name) values (10, 'acme', 'marker1', 'x') on conflict (tenant_id, email) do nothing

insert into members (id, tenant_id, email, name) values (10, 'acme', 'marker1', 'upserted') on conflict (tenant_id, email) do update set name = excluded.name returning id, email, name

-- params: acme | marker2 | again
insert into members (id, tenant_id, email, name) values (11, $1, $2, $3) on conflict (tenant_id, email) do update set name = $3, backup = excluded.email returning *

insert into members (id, tenant_id, email, name) values (12, 'acme', 'marker12', 'new') on conflict (tenant_id, email) do update set name = excluded.name where members.email <> 'marker1' returning id, email

insert into members (id, tenant_id, email, name) values (12, 'acme', 'marker1', 'not') on conflict (tenant_id, email) do update set name = excluded.name where members.email <> excluded.email

insert into guests (id, email) values (9, 'marker7') on conflict (email) do update set name = 'met' returning id, email, name

insert into guests (id, email) values (9, 'marker9'), (10, 'marker10') on conflict (email) do nothing returning id

select email, count(*) from members group by email

select distinct email from members

select count(distinct email) from members

select email from members union select email from members

select id, count(*) over (partition by email) from members

select number from members group by grouping sets ((tenant_id, number), (number))

select number, count(*) from members group by rollup (tenant_id, number)

select note, count(*) from members where tenant_id = 'acme' group by note

select distinct note from members where tenant_id = 'acme'

select number from members where tenant_id = 'acme' group by number order by number

select distinct * from (select number from members where tenant_id = 'acme') s

select string_agg(distinct email, ',') from members where tenant_id = 'acme'

insert into members (id, tenant_id, note) values (13, 'acme', 'marker') on conflict (note) do nothing
