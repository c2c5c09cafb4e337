select c.id, c.email, o.email, o.total from customers c join orders o on o.customer_id = c.id order by c.id

select * from customers c join orders o on o.customer_id = c.id order by c.id

select c.email, o.* from customers c, orders o where o.customer_id = c.id order by c.id

select o.email from customers c join orders o on o.customer_id = c.id order by c.id

select email from customers c join orders o on o.customer_id = c.id

select c.email from customers c left join orders o on o.id = c.id + 5 order by c.id

select o.id, c.email from orders o left join customers c on c.id = o.id + 5 order by o.id

select o.id, c.* from orders o left join customers c on c.id = o.id + 5 order by o.id

select o.id, c.email from customers c right join orders o on c.id = o.id + 5 order by o.id

select o.id, c.email from customers c full join orders o on c.id = o.id + 5 order by o.id, c.id

select id, customers.email from customers join orders using (id) order by id

select * from customers join orders using (id) order by id

select * from customers c join orders o using (id, tenant_id) order by id

select c.email, tenant_id from customers c join orders o using (id, tenant_id) order by id

select c.email from customers c join orders o using (id, tenant_id) order by id

select * from customers c left join orders o using (tenant_id, id) order by c.id

select * from orders o right join customers c using (tenant_id, id) order by c.id

select c.email, tenant_id from orders o right join customers c using (tenant_id, id) order by c.id

select c.email, tenant_id from orders o full join customers c using (tenant_id, id) order by c.id, o.id

select c.email from orders o full join customers c using (tenant_id, id) order by c.id, o.id

select * from customers natural join orders

select * from customers natural join (select id, total from orders) o order by id

select email, total from customers natural join (select id, total from orders) o order by id

select * from customers join orders using (email)

select j.email, j.total from (customers c join (select id, total from orders) o using (id)) as j order by j.id

select j.* from (customers c join (select id, total from orders) o using (id)) as j order by j.id

select j.id, c.email from customers c join orders o using (id) as j order by j.id

select a.email, b.email from customers a join customers b on a.id = b.id - 1 order by a.id

select a.*, b.email from customers a join customers b on a.id = b.id - 1 order by a.id

select b.email, a.tenant_id from customers a join customers b on a.id = b.id - 1 order by a.id

select a.tenant_id, b.email from customers a cross join customers b where a.id = 1 and b.id = 4

select a.email, b.tenant_id, b.email, a.tenant_id from customers a cross join customers b where a.id = 1 and b.id = 4

select s.email from (select email from customers where id = 1) s

select s.* from (select * from customers where id < 4) s order by s.id

select * from (select email from customers where id < 3) s

select * from (select id, email from customers where id < 3) s order by id

select s.e, s.id from (select id, email as e, tenant_id as t from customers) s where s.id = 1

select s.e from (select id, email from customers) as s (i, e) where s.i = 1

select s.e from (select * from customers) as s (i, t, n, e) where s.i = 1

select x.email from (select y.email from (select z.email from customers z where id = 1) y) x

select * from (select * from (select email, id from customers) y) x where id = 1

select s.email, o.total from (select id, email from customers) s join orders o on o.customer_id = s.id order by s.id

select s.email, t.email from (select id, email from customers) s join (select id, email from customers) t on s.id = t.id - 1 order by s.id

select l.email from orders o, lateral (select email from customers c where c.id = o.customer_id) l order by o.id

select o.id, l.email from orders o left join lateral (select email from customers c where c.id = o.customer_id and c.id < 5) l on true order by o.id

select c.email, l.x from customers c, lateral (select c.id + 1 as x) l order by c.id

select c.email, l.x from customers c, lateral (select c.email as x) l order by c.id

select l.x from customers c, lateral (select c.email as x) l order by c.id

select c.email, g from customers c, generate_series(1, 2) g where c.id = 1

select c.email, g.* from customers c, generate_series(1, 2) g where c.id = 1

select * from customers c, generate_series(1, 2) g where c.id = 1

select c.email, f.* from customers c cross join lateral unnest(array[1, 2]) with ordinality f (a, b) where c.id = 1

select c.email, v.column2 from customers c join (values (1, 'one'), (2, 'two')) v on v.column1 = c.id order by c.id

select c.email, v.word from customers c join (values (1, 'one'), (2, 'two')) as v (n, word) on v.n = c.id order by c.id

select * from (values (1, 'one')) as v (id, word) join customers using (id)

select c.email, o.c from customers c, (select count(*) as c from orders) o where c.id = 1

select (select o.total from orders o where o.customer_id = c.id), c.email from customers c where id < 3 order by id

select (select c.email), c.id from customers c

select c.id, (select count(*) from orders o where o.customer_id = c.id and c.email is not null) from customers c order by c.id

select c.email from customers c tablesample system (100) where id = 1

select c.email, p.relname from customers c, pg_class p where c.id = 1 and p.relname = 'customers'

select p.*, c.email from customers c, pg_namespace p where c.id = 1 and p.nspname = 'other'

select v.total, c.email from customers c join order_totals v on v.customer_id = c.id where c.id = 1

select * from customer_names

select customer_count()

select twice(id::int), email from customers where id = 1

select c.email, v.secret, d.entry from customers c, vault v, diary d where c.id = 1 and v.k = 'a' and d.id = 1

select v.secret, c.email from vault v left join customers c on c.id = 1 order by v.k

select c.email, l.memo from customers c join ledger l on l.id = c.id order by c.id

with x as (select id, email from customers where id < 3) select * from x order by id

with x as (select id, email from customers where id < 3) select email from x order by id

with x (a, b) as (select id, email from customers where id < 3) select b from x order by a

with x as (select * from customers) select x.email, y.email from x, x y where x.id = 1 and y.id = 4

with x as materialized (select email, id from customers), y as (select email from x where id = 1) select * from y

with x as (select id from customers), y as (select count(*) c from x) select c, email from y, customers where id = 1

with customers as (select 1 as id, 'not the table' as email) select * from customers

with customers as (select * from customers) select email from customers where id = 1

with recursive t (n) as (select 1 union all select n + 1 from t where n < 3) select n, email from t join customers c on c.id = n order by n

with recursive t as (select id, email from customers where id = 1 union all select c.id, c.email from customers c join t on c.id = t.id + 1 where c.id < 3) select * from t

with recursive t as (select id, name from customers where id = 1 union all select c.id, c.name from customers c join t on c.id = t.id + 1 where c.id < 4) select * from t order by id

with x as (insert into customers (id, tenant_id, email) values (101, 'acme', 'marker101') returning *) select * from x

with x as (insert into customers (id, tenant_id, email) values (102, 'acme', 'marker102') returning email) select email from x

with x as (update customers set email = 'marker102b' where id = 102 and tenant_id = 'acme' returning email, id) select id, email from x

with x as (delete from customers where id in (101, 102) returning id, email) select * from x order by id

with x as (insert into plain values (10, 'x', 'y') returning id) insert into customers (id, tenant_id, email) select id + 100, 'acme', 'marker110' from x returning *

with x as (delete from customers where id = 110 returning *) insert into orders (id, customer_id, note) select id, id, name from x returning id, note

with x as (delete from customers where id = 1 returning *) insert into orders (id, customer_id, note) select id, id, email from x returning id, note

with v (id, e) as (values (111, 'marker')) insert into customers (id, tenant_id, email) select id, 'acme', e from v

with x as (select 1), y as (select email from customers where id = 1) select 2 as two

select * from (select id, email from customers where id = 1 offset 0) s, (select tenant_id from customers where id = 4) t

select email from (select email, tenant_id from customers where id = 1 union all select email, tenant_id from customers where id = 4) u

select u.email from (select email from customers where id = 1 union all select email from customers where id = 4) u

select s.email from (select distinct on (tenant_id) tenant_id, email from customers order by tenant_id, id) s order by 1

select s.email from (select distinct on (tenant_id) tenant_id, email, id from customers order by tenant_id, id) s order by s.tenant_id

select s.email, s.n from (select email, tenant_id, count(*) over () n from customers) s order by s.n limit 1

select s.email from (select email, id from customers order by id limit 1) s

select s.email from (select id, email, tenant_id from customers group by id) s order by id

select id from (select id, email from customers) s order by id

select count(*) from (select email from customers) s

select count(email) from (select email from customers) s

select s.email is null from (select id, email from customers) s order by id

select exists (select email from customers), exists (select * from customers where email is null)
