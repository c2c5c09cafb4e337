update customers set email = 'marker update 1' where id = 1 and tenant_id = 'acme'

update customers set email = 'marker update 2', name = 'Bobby', points = 773799 where tenant_id = 'acme' and id = 2 returning *

-- params: marker update 3 | 3 | globex
update customers set email = $1 where id = $2 and tenant_id = $3 returning id, email

-- params: marker update 3b | 3 | globex
update customers set email = $1::text where id = $2 and tenant_id = $3::text returning email

-- params: NULL | 3 | globex
update customers set email = $1 where id = $2 and tenant_id = $3 returning email, tenant_id

update customers as c set email = ('marker') where c.tenant_id = 'globex' and c.id = 3 returning c.email

update customers c set (email, note) = ('marker a', 'marker b') where tenant_id = 'acme' and id = 5 returning email, note

update customers c set (email, note) = row ('marker a', null) where tenant_id = 'acme' and id = 5 returning email, note

-- params: marker c | marker d
update customers c set (email, note) = ($1, $2) where tenant_id = 'acme' and id = 5 returning email, note

update customers set (email, name) = (select 'marker', 'x') where tenant_id = 'acme' and id = 5

update customers set (name, points) = (select 'x', 1) where tenant_id = 'acme' and id = 5

update customers set email = null where id = 5 returning email

update customers set name = 'no tenant needed' where id = 5 returning name, email

update customers set name = upper(name) where id = 1 returning name

update customers set email = email where id = 1 returning email

update customers set email = customers.email where id = 1 returning email

update customers set email = note where id = 1

update customers set email = 'marker' where id = 1

update customers set email = 'marker' where id = 1 or tenant_id = 'acme'

update customers set email = 'marker' where id = 1 and (tenant_id = 'acme' or true)

update customers set email = 'marker' where id = 1 and tenant_id in ('acme')

update customers set email = 'marker in parentheses' where ((id = 1) and (('acme' = tenant_id))) returning email

update customers set email = lower('MARKER') where id = 1 and tenant_id = 'acme'

update customers set email = default where id = 1 and tenant_id = 'acme'

update customers set tenant_id = 'globex' where id = 1

update customers set tenant_id = 'globex' where id = 1 and tenant_id = 'acme'

update customers set tenant_id = 'acme', email = 'marker same tenant' where id = 1 and tenant_id = 'acme' returning *

update customers set id = id where id = 1

update customers set name = email where id = 1

update customers set name = (select email from customers where id = 2) where id = 1

update customers set email = o.email from orders o where o.id = customers.id and customers.tenant_id = 'acme'

update customers set name = o.note from orders o where o.customer_id = customers.id and customers.id < 3 returning customers.email, o.total, customers.name

update customers c set email = 'marker from' from orders o where o.customer_id = c.id and c.tenant_id = 'acme' and o.id = 1 returning c.email, o.email

update customers c set email = d.email from customers d where d.id = 2 and c.id = 1 and c.tenant_id = 'acme'

update orders set note = c.name from customers c where c.id = orders.customer_id returning orders.id, c.email

update orders set note = c.email from customers c where c.id = orders.customer_id

update only customers set email = 'marker only' where id = 1 and tenant_id = 'acme' returning email

update customers set email = 'marker' where id = -1 and tenant_id = 'acme'

update customers set nothing = 'x' where id = 1

update customers set email = 'marker', email = 'marker' where id = 1 and tenant_id = 'acme'

update vault set secret = 'marker new' where k = 'a' returning *

update vault set secret = 'marker all'

update vault set n = n + 1, secret = 'marker n' where k = 'b' returning secret, n

update diary set entry = 'marker new day' where id = 1 returning entry

update ledger set memo = 'marker memo' where id = 2 and tenant = 1 returning *

update ledger set memo = 'marker memo' where id = 2 and tenant = '1' returning memo

-- params: marker memo p | 1
update ledger set memo = $1 where id = 2 and tenant = $2 returning memo

update ledger set memo = 'marker memo' where id = 2 and tenant = 1.0 returning memo

update ledger set memo = 'marker memo' where id = 2 and tenant = 01 returning memo

update docs set body = 'marker' where tenant = '11111111-1111-1111-1111-111111111111' and id = 1 returning body

update docs set body = 'marker' where tenant = '{11111111-1111-1111-1111-111111111111}'::uuid and id = 1 returning body

update codes set pin = 773709 where tenant = 'acme' returning *

update codes set pin = 773709 where tenant = 'acme     ' and id = 1 returning pin

update codes set pin = 773709 where tenant = 'acme     '::text and id = 1 returning pin

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker conflict') on conflict do nothing

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker conflict') on conflict (id) do nothing returning email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker upsert') on conflict (tenant_id, id) do update set email = excluded.email returning *

insert into customers as c (id, tenant_id, email, name) values (1, 'acme', 'marker upsert 2', 'x') on conflict (id, tenant_id) do update set email = excluded.email, name = excluded.name || c.name where c.id > 0 returning c.email, c.name

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set email = 'marker literal' returning email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set email = customers.email returning email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set email = null returning email

-- params: 1 | acme | marker p
insert into customers (id, tenant_id, email) values ($1, $2, $3) on conflict (tenant_id, id) do update set email = $3 returning email

-- params: 1 | acme | marker p | marker q
insert into customers (id, tenant_id, email) values ($1, $2, $3) on conflict (tenant_id, id) do update set email = $4, tenant_id = excluded.tenant_id returning email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (id) do update set email = excluded.email

insert into customers (id, tenant_id, email) values (1, 'globex', 'marker') on conflict (id) do update set tenant_id = excluded.tenant_id, email = excluded.email

insert into customers (id, tenant_id, name) values (1, 'acme', 'upserted') on conflict (id) do update set name = excluded.name returning name, email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set note = excluded.email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set name = excluded.email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set email = excluded.name

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set email = excluded.email where customers.email is null returning email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict (tenant_id, id) do update set email = excluded.email where customers.email <> excluded.email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict on constraint customers_pkey do nothing

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker') on conflict on constraint customers_tenant_id_id_key do update set email = excluded.email

insert into customers (id, tenant_id, email) values (1, 'acme', 'marker u1'), (120, 'acme', 'marker u2') on conflict (tenant_id, id) do update set (email, note) = (excluded.email, 'marker n') returning id, email, note

insert into vault values ('a', 'marker va') on conflict (k) do update set secret = excluded.secret returning secret

insert into vault values ('a', 'marker va') on conflict (k) do update set secret = 'marker lit', n = excluded.n + vault.n returning *

insert into plain values (1, 'x', 'y') on conflict (id) do update set b = excluded.b || 'customers' returning *

delete from customers where id = 120 returning *

delete from customers where id = 1001 returning email

delete from customers c using orders o where o.customer_id = c.id and c.id = 10 returning c.email, o.id

delete from customers using (select 2002 as id) x where x.id = customers.id returning customers.email, x.id

delete from customers where email is null and id > 2000 returning id

delete from customers where email = 'marker'

delete from orders o using customers c where c.id = o.customer_id and c.id = 9 returning o.id, c.email

delete from only customers where id = 1002

merge into customers c using orders o on o.id = c.id when matched then update set name = o.note

merge into plain p using orders o on o.id = p.id when matched then update set a = 'merged'

merge into plain p using customers c on c.id = p.id when matched then update set a = 'merged'

truncate vault

insert into vault values ('z', 'marker z') returning *
