explain (costs off) select id from customers where id = 1

explain (costs off) select email from customers where id = 1

explain (costs off, verbose) select id, email from customers where tenant_id = 'acme' and id = 1

explain (costs off, format json) select email, points from customers where id = 1

explain (costs off) select c.email from customers c join orders o on o.customer_id = c.id where o.id = 1

explain (costs off) update customers set email = 'marker 52' where tenant_id = 'acme' and id = 1

explain (costs off) insert into vault values ('e 1', 'marker 52')

explain (costs off) declare c cursor for select secret from vault

explain (costs off, analyze, timing off, summary off, buffers off) insert into vault values ('e 2', 'marker 52') returning secret

select k, secret from vault where k like 'e%' order by k

explain (costs off, analyze, timing off, summary off, buffers off) update vault set secret = 'marker 52 b' where k = 'e 2'

select k, secret from vault where k like 'e%' order by k

prepare e_ins as insert into vault (k, secret) values ($1, $2)

explain (costs off) execute e_ins ('e 3', 'marker 52')

explain (costs off, analyze, timing off, summary off, buffers off) execute e_ins ('e 4', 'marker 52')

explain (costs off) execute e_ins ('e 3', upper('marker'))

select k, secret from vault where k like 'e%' order by k

prepare e_sel as select secret from vault where k = $1

explain (costs off) execute e_sel ('e 4')

-- params: acme | marker 52
explain (costs off) update customers set email = $2 where tenant_id = $1

explain select lower(email) from customers

explain insert into vault values ('e 1', upper('marker'))

explain create table e_copy as select * from vault

explain (costs off) select count(email) from customers where email is not null

explain vault

deallocate e_ins

deallocate e_sel
