select x from shared order by id

insert into shared values (4001, 'acme', 'marker path') returning *

set search_path = other, public

insert into shared values (4002, 'not protected') returning *

insert into shared values (4003, 'acme', 'too many for the other table')

select x from shared where id = 4002

select s.x, p.x from shared s, public.shared p where s.id = 4002 and p.id = 4001

set search_path = public, other

update shared set x = 'marker changed' where id = 4001 and tenant_id = 'acme' returning *

with w as (select * from shared) select x from w where id = 4001

begin

set local search_path = other

select x from shared where id = 4002

update shared set x = x || '!' where id = 4002 returning x

savepoint s

set local search_path = public

select x from shared where id = 4001

rollback to s

select x from shared where id = 4002

commit

select x from shared where id = 4001

begin

set search_path = other

select 1 / 0

select x from shared where id = 4001

rollback

select x from shared where id = 4001

select set_config('search_path', 'other', false)

select x from shared where id = 4002

do $$ begin perform set_config('search_path', 'public', false); end $$

select x from shared where id = 4001

set search_path = nowhere

select x from shared

-- params: 4004 | acme | marker nowhere
insert into shared (id, tenant_id, x) values ($1, $2, $3)

set search_path = public

-- params: 4004 | acme | marker parameter
insert into shared (id, tenant_id, x) values ($1, $2, $3) returning x

-- only: simple
begin; select x from shared where id = 4001; insert into shared values (4005, 'acme', 'marker several') returning x; commit

-- only: simple
set search_path = other; select x from shared where id = 4002; set search_path = public

-- only: simple
select set_config('search_path', 'public', false); select x from shared where id = 4001

prepare by_path as select count(*) from shared

prepare by_schema as select count(*) from other.shared

create temp table scratch41 (id int, x text)

insert into scratch41 values (1, 'x') returning *

create temp table scratch42 as select id, tenant_id from shared

select count(*) from scratch42

create temp table shared (id int, x text)

alter table shared alter column x set default 'marker default'

alter table other.shared alter column x set default 'a default'

insert into other.shared (id) values (4010) returning x

set search_path = other

alter table shared alter column x drop default

create index on shared (x)

insert into shared (id) values (4011) returning x

explain (costs off) select x from shared

truncate shared

select count(*) from shared

lock table shared

reset search_path

select count(*) from shared
