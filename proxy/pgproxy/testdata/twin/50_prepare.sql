insert into customers (id, tenant_id, name, email, points, born, ref) values (5001, 'acme', 'Ann', 'marker 5001', 773705001, '2077-01-01', null), (5002, 'globex', 'Bob', 'marker 5002', 773705002, null, null)

-- Statements of SQL on protected columns.
prepare p_ins (bigint, text, text, bigint) as insert into customers (id, tenant_id, email, points) values ($1, $2, $3, $4)

execute p_ins (5003, 'acme', 'marker 5003', 773705003)

execute p_ins (5000 + 4, 'globex', 'marker it''s', '773705004')

execute p_ins (5005, 'acme'::text, E'marker \\ e', null)

execute p_ins (5006, 'acme', $$marker $5$$::varchar, 773705006::int)

execute p_ins (5007, 'acme', null, 0773705007)

execute p_ins (5008, 'acme', upper('marker'), 1)

execute p_ins (5008, upper('acme'), 'marker', 1)

execute p_ins (5008, null, 'marker', 1)

execute p_ins (5008, 'acme', 'marker')

execute p_ins (5008, 'acme', 'marker', 1, 2)

-- only: simple
execute p_ins (5008, 'acme', 'marker', 'marker')

execute p_ins

execute p_ins (5001, 'acme', 'marker twice', 1)

prepare p_ins as select 1

prepare p_ins as select email from customers

prepare p_sel as select id, email, points, born from customers where id between 5001 and $1 order by id

execute p_sel (5003)

execute p_sel (5000 + 2)

EXECUTE P_SEL ('5001')

prepare p_hidden as select c.email, o.id as "order" from customers c left join orders o on o.customer_id = c.id where c.id = $1

execute p_hidden (5001)

prepare p_all as select * from customers where id > 5000 and id < 5100 order by id

execute p_all

prepare p_upd (text, text, bigint) as update customers set email = $1 where tenant_id = $2 and id = $3 returning id, email

execute p_upd ('marker updated', 'acme', 5001)

execute p_upd ('marker updated', 'acme', 5002)

execute p_upd ('marker updated', lower('ACME'), 5002)

prepare p_lit as insert into vault (k, secret) values ($1, 'marker fixed') on conflict (k) do nothing

execute p_lit ('p 1')

prepare p_fixed as insert into vault values ($1, $2) returning *

execute p_fixed ('p 2', 'marker fixed 2')

prepare p_date (text, date) as insert into customers (id, tenant_id, born) values (5010, $1, $2) returning born

execute p_date ('acme', '2077-02-03')

-- only: simple
execute p_date ('acme', 'no date')

prepare p_none as delete from customers where id = $1 and tenant_id = 'acme' returning email

execute p_none (5003)

-- Declared types that do not fit.
prepare p_bad (bigint, int) as insert into customers (id, tenant_id, email) values ($1, 'acme', $2)

prepare p_bad (bigint, date) as insert into customers (id, tenant_id, email) values ($1, 'acme', $2)

prepare p_bad (bigint, text[]) as insert into customers (id, tenant_id, email) values ($1, 'acme', $2)

prepare p_bad as select lower(email) from customers

prepare p_bad as insert into customers (id, tenant_id, email) values (1, $1, 'marker')

prepare p_unknown (bigint, unknown, varchar(5)) as insert into customers (id, tenant_id, email) values ($1, $2, $3)

execute p_unknown (5011, 'acme', 'marker longer than five')

-- Names are folded, quoted and cut as the server does.
prepare "P Quoted" as select email from customers where id = 5001

execute "P Quoted"

execute p quoted

execute U&"P \0051uoted"

deallocate "P Quoted"

execute "P Quoted"

prepare a_name_that_is_longer_than_the_sixty_three_bytes_that_the_server_keeps as select email from customers where id = 5001

execute a_name_that_is_longer_than_the_sixty_three_bytes_that_the_server

deallocate a_name_that_is_longer_than_the_sixty_three_bytes_that_the_server_keeps_of_a_name

-- In transactions: what is prepared stays so, whatever becomes of the transaction.
begin

prepare p_tx as select email from customers where id = $1

rollback

execute p_tx (5001)

begin

execute p_tx (5001)

deallocate p_tx

rollback

execute p_tx (5001)

begin

select 1/0

execute p_sel (5001)

prepare p_aborted as select email from customers

rollback

execute p_aborted

-- Several statements in one text.
-- only: simple
prepare p_m as insert into vault values ($1, $2) returning secret; execute p_m ('m 1', 'marker m 1'); execute p_m ('m 2', 'marker m 2'); deallocate p_m; select 1

-- only: simple
prepare p_m (text) as select secret from vault where k = $1; execute p_m ('m 1'); select 1/0

execute p_m ('m 2')

-- only: simple
execute p_m ('m 1'); deallocate p_m; prepare p_m as insert into plain (id, a) values ($1, $2); execute p_m (5001, 'not protected')

execute p_m (5002, 'not protected either')

-- only: simple
deallocate all; execute p_m (1, 'x')

execute p_sel (5001)

prepare p_sel as select a from plain where id = $1

execute p_sel (5001)

discard all

execute p_sel (5001)

-- Where the values would go elsewhere.
prepare p_t as select id, email from customers

create table p_copy as execute p_t

create temp table p_copy as execute p_t

prepare p_t2 as select id, name from customers where id > $1 and id < 5100

create table p_copy as execute p_t2 (5000)

select * from p_copy order by id

drop table p_copy

-- A statement of the catalog, and others of the session, pass.
select count(*) from pg_prepared_statements where name = 'p_t2'

discard plans

discard sequences

discard temp

reset all

set session characteristics as transaction read write

deallocate prepare all
