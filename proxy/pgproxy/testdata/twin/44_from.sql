insert into customers (id, tenant_id, name, email) values (4401, 'acme', 'Ann', 'marker 4401'), (4402, 'globex', 'Bob', 'marker 4402'), (4403, 'acme', null, 'marker 4403') returning id

insert into orders (id, customer_id, tenant_id, email, total) values (4401, 4401, 'acme', 'a@b', 1), (4402, 4401, 'acme', 'c@d', 2), (4403, 9999, 'none', 'e@f', 3)

select c.id, l.total from customers c, lateral (select o.total from orders o where o.customer_id = c.id order by total desc limit 1) l where c.id > 4400 order by c.id

select l.email, c.id from customers c cross join lateral (select d.email, d.tenant_id from customers d where d.id = c.id) l where c.id > 4400 order by c.id

select c.email, o.total from customers c left join lateral (select * from orders o where o.customer_id = c.id) o on true where c.id > 4400 order by c.id, o.total

select c.email, n from customers c, generate_series(1, 2) n where c.id = 4401 order by n

select c.email, f.a, f.b from customers c, rows from (generate_series(1, 2), generate_series(5, 6)) with ordinality as f(a, b, o) where c.id = 4401 order by f.o

select c.email, u from customers c, unnest(array['x', 'y']) u where c.id = 4401 order by u

select email from customers tablesample bernoulli (100) where id = 4401

select c.email from customers c tablesample system (100) repeatable (1) where c.id = 4401

select id, c.email as a, o.email as b from customers c join orders o using (id) where id = 4401

select * from customers c join orders o using (id, tenant_id) where id = 4401

select id, tenant_id, c.email from customers c full join orders o using (id, tenant_id) where id > 4400 order by id

select tenant_id, c.email from customers c left join orders o using (tenant_id) where c.id = 4401 order by o.id

select tenant_id, c.email from orders o right join customers c using (tenant_id) where c.id = 4402

select j.email, j.tenant_id from (customers c join plain p using (id)) j where id = 1

select u.id, c.email from customers c join orders o using (id) as u where u.id = 4401

select email from customers natural join plain where id = 1

select a, b, d from customers as c (a, b, x, d) where a = 4401

select c.d, c.b from customers as c (a, b, x, d) where c.a = 4401

select t.e from (select id, tenant_id, email from customers) as t (i, own, e) where t.i = 4401

select t.e from (select id, email from customers) as t (i, e) where t.i = 4401

with w (i, own, e) as (select id, tenant_id, email from customers) select e from w where i = 4401

with w as materialized (select * from customers where id > 4400) select w.email, w2.email from w join w w2 on w2.id = w.id order by w.id

with w as (select * from customers), x as (select * from w where id > 4400) select email from x order by id

with recursive w as (select email, tenant_id from customers where id = 4401), n (i) as (select 1 union all select i + 1 from n where i < 2) select email, i from w, n order by i

with recursive chain as (select id, tenant_id, email from customers where id = 4401 union all select c.id, c.tenant_id, c.email from customers c join chain on c.id = chain.id + 1) select id, email, tenant_id from chain order by id

with recursive chain as (select id, email from customers where id = 4401 union all select c.id, c.email from customers c join chain on c.id = chain.id + 1) select id, email from chain order by id

with recursive chain (i, own, e) as (select id, tenant_id, email from customers where id = 4401 union all select i + 1, own, e from chain where i < 4403) select i, e from chain order by i

with recursive swap as (select id, tenant_id, email from customers where id = 4401 union all select c.id, 'acme', c.email from customers c join swap on c.id = swap.id + 1) select email from swap

with recursive swap as (select id, tenant_id, email, note from customers where id = 4401 union all select id + 1, tenant_id, note, email from swap where id < 4403) select email from swap

with moved as (delete from orders where id = 4403 returning *) select m.email, c.email from moved m left join customers c on c.id = 4401

with made as (insert into customers (id, tenant_id, email) values (4404, 'acme', 'marker 4404') returning id, tenant_id, email) select email from made

with changed as (update customers set name = 'x' where id = 4404 returning *) select c.email from changed c

select (select count(*) from customers c where c.tenant_id = o.tenant_id and c.id > 4400) as n, o.id from orders o where o.id > 4400 order by o.id

select o.id from orders o where exists (select from customers c where c.id = o.customer_id and c.email is not null) order by o.id

select c from customers c where id = 4401

select count(c) from customers c where id > 4400

select c.* from customers c where c.id = 4401

select public.customers.email from public.customers where customers.id = 4401

select customers.email from customers, plain where customers.id = 4401 and plain.id = 1

table customers limit 0

select email from only customers where id = 4401

select email from customers * where id = 4401

select x.email from (table customers) x where x.id = 4401

select c.email from customers c where c.id = any (select customer_id from orders) order by 1

select email as e, tenant_id as t from customers where id = 4401 for update

select c.email from customers c, orders o where o.customer_id = c.id and o.id = 4401 for share of c skip locked

delete from customers where id > 4400

delete from orders where id > 4400
