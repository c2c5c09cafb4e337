insert into customers (id, tenant_id, name, email, note, points) values (3311, 'acme', 'out', 'marker out', 'marker note', 77370), (3312, 'globex', 'out', null, 'marker note', null), (3313, 'acme', 'out', 'marker 3', null, 5)

select id, coalesce(email, null) as e, points from customers where name = 'out' order by id

select coalesce(email), case when id > 3311 then email end, email::text, cast(email as text) as cast_mail, (email)::text::text from customers where name = 'out'

select case id when 3311 then points when 3312 then null else points end from customers where name = 'out'

select points::int8, points::bigint, born::date from customers where name = 'out'

select points::int4 from customers where name = 'out'

select points::text from customers where name = 'out'

select email::varchar from customers where name = 'out'

select coalesce(email, note) from customers where name = 'out'

select coalesce(email, 'none') from customers where name = 'out'

select coalesce(email, name) from customers where name = 'out'

select nullif(email, '') from customers where name = 'out'

select greatest(email, email) from customers where name = 'out'

select case when email is null then 'none' else 'some' end from customers where name = 'out'

select case when email = 'marker' then email end from customers where name = 'out'

select coalesce(c.email, d.email) from customers c join customers d on d.id = c.id where c.name = 'out'

select coalesce("select", "E-Mail"), coalesce("E-Mail", "select") as second from "Sch é"."Odd ""Table"""

select x.e, x.tenant_id from (select tenant_id, coalesce(email) as e from customers where name = 'out') x

select x.e from (select coalesce(email) as e from customers where name = 'out') x

select x.* from (select id, coalesce(email, null) from customers where name = 'out') x

with x as (select id, case when id < 3313 then email end as e from customers where name = 'out') select e, id from x

update customers set note = 'marker upd' where id = 3313 and tenant_id = 'acme' returning coalesce(note, null), coalesce(email, null) as e

select email from customers where id = 3311 union all select email from customers where id = 3313

select id, email from customers where id = 3311 union all select id, email from customers where id = 3312 union all select id, note from customers where id = 3313

select id, email from customers where id = 3311 union all select id, email from customers where id = 3312 union all (select id, email from customers where id = 3313 limit 1) order by 1 desc

select u.email from (select email from customers where id = 3311 union all select email from customers where id = 3313) u

select u.* from (select id, email from customers where id = 3311 union all select id, null from customers where id = 3313) u

select id, email from customers where id = 3311 union all select id, name from customers where id = 3313

select email, tenant_id from customers where id = 3311 union all select email, tenant_id from customers where id = 3313

select email, tenant_id from customers where id = 3311 union all select email, name from customers where id = 3313

select secret from vault union all select secret from vault order by 1

select secret from vault union all select secret from vault

select email from customers where id = 3311 union select email from customers where id = 3313

select memo, id from ledger where id < 3 union all select memo, id from ledger where id = 3

select distinct on (tenant_id) id, email from customers where name = 'out' order by tenant_id, id

select distinct on (name, tenant_id) email from customers where name = 'out' order by name, tenant_id, id

select id, email from customers where name = 'out' group by id order by id

select c.email, count(o.id) as orders from customers c left join orders o on o.customer_id = c.id where c.name = 'out' group by c.id order by c.id

select c.id, c.email, c.points, array_agg(o.id) from customers c left join orders o on o.customer_id = c.id where c.id < 4 group by c.id order by c.id

select s.email from (select email from customers where name = 'out' group by id) s

select email, count(*) from customers where name = 'out' group by rollup (id)

select email, sum(1) over () from customers where name = 'out'

select o.id, (select c.email from customers c where c.id = o.customer_id) from orders o order by o.id

select d.id, (select c.email from customers c where c.id = d.id and c.tenant_id = d.tenant_id) as mail from customers d where d.name = 'out' order by d.id

select d.id, (select c.email from customers c where c.id = d.id and d.tenant_id = c.tenant_id limit 1) from customers d where d.name = 'out' order by d.id

select (select secret from vault where k = 'a'), (select secret from vault order by k limit 1) as first

select k, (select v.secret from vault v where v.k = vault.k) from vault order by k

select (select email from customers where id = 3311)

select (select email from customers where id = 3311 and tenant_id = 'acme')

select (select max(email) from customers where id = 3311)

select (select email from customers c where c.tenant_id = d.tenant_id and c.id = d.id) is null from customers d where name = 'out'

select array(select email from customers where name = 'out')

select array_agg(email) from customers where name = 'out'

select json_agg(email) from customers where name = 'out'

select row(id, email) from customers where name = 'out'

select to_json(c) from customers c where name = 'out'

insert into customers (id, tenant_id, email) values (3314, 'acme', 'marker r') returning (select secret from vault where k = 'a'), coalesce(email, null)
