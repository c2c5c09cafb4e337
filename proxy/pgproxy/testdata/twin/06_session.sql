begin

insert into customers (id, tenant_id, email) values (601, 'acme', 'marker tx') returning email

savepoint a

select lower(email) from customers

select 1

rollback to a

select email from customers where id = 601

savepoint b

insert into customers (id, tenant_id, email) values (601, 'acme', 'marker duplicate')

select email from customers

rollback to savepoint b

release a

commit

select email from customers where id = 601

begin isolation level serializable read only

select email from customers where id = 601

insert into customers (id, tenant_id, email) values (602, 'acme', 'marker ro')

rollback

begin

insert into customers (id, tenant_id, email) values (603, 'acme', 'marker lost')

update customers set email = upper(email) where id = 603

commit

select count(*) from customers where id = 603

-- only: simple
begin; insert into customers (id, tenant_id, email) values (604, 'acme', 'marker 604'); commit; select email from customers where id = 604

-- only: simple
insert into customers (id, tenant_id, email) values (605, 'acme', 'marker 605'); select 1/0

-- only: simple
select email from customers where id = 601; select 1/0; select email from customers where id = 604

-- only: simple
select count(*) from customers where id = 605; select email, note from customers where id = 604; select * from vault

-- only: simple
insert into customers (id, tenant_id, email) values (606, 'acme', 'marker 606'); select lower(email) from customers

-- only: simple
insert into customers (id, tenant_id, email) values (607, 'acme', 'marker 607') returning *; update customers set email = 'marker 607b' where id = 607 and tenant_id = 'acme' returning email; delete from customers where id = 607 returning email

set datestyle = 'SQL, DMY'

select born, note from customers where id in (2, 16) order by id

insert into customers (id, tenant_id, born) values (610, 'acme', '03/04/2077') returning id

set datestyle = 'German'

select born from customers where id = 2

reset datestyle

select id from customers where id = 610

set bytea_output = 'escape'

-- known wrong: the server does not report bytea_output; the values come in hexadecimal, which every driver reads too
select photo, email from customers where id in (2, 27) order by id

reset bytea_output

set timezone = 'Asia/Tokyo'

select entry, at from diary order by id

reset timezone

set client_encoding = 'LATIN1'

select id from customers where id = 1

select email from customers where id = 1

set client_encoding = 'UTF8'

show search_path

set local work_mem = '1MB'

prepare ps as select id, name from customers where id = $1

execute ps(1)

deallocate ps

prepare ps (bigint) as select email from customers where id = $1

prepare ps (text) as insert into customers (id, tenant_id, email) values (620, 'acme', $1)

prepare ps as insert into customers (id, tenant_id, email) values (620, 'acme', 'marker')

prepare ps (int) as select $1 + 1

execute ps(1)

deallocate all

begin

declare c cursor for select id, name from customers order by id

fetch 2 from c

move 1 in c

fetch backward 1 from c

close c

declare c cursor for select id, email from customers order by id

rollback

explain (costs off) select email from customers where id = 1

explain (costs off) insert into customers (id, tenant_id, email) values (630, 'acme', 'marker')

explain (costs off, analyze, timing off, summary off) update customers set email = 'marker' where id = 630 and tenant_id = 'acme'

explain (costs off, verbose) select * from customers where id = 1

explain (costs off) select lower(email) from customers

copy customers to stdout

copy (select email from customers) to stdout

copy customers (id, email) to stdout

do $$ begin update customers set name = 'do' where id = 1; end $$

do $$ begin perform 1; end $$

create function f() returns text language sql as 'select email::text from customers limit 1'

create view v as select id, email from customers

create view v as select id, name from customers

select * from v where id = 1

drop view v

create materialized view mv as select id, name from customers

drop materialized view mv

create table copied as select email from customers

create table copied as table customers

create table copied (like customers)

drop table copied

create index on customers (email)

create index on customers (name)

create index on customers (lower(note))

alter table customers add column extra int default 5

select * from customers where id = 1

insert into customers (id, tenant_id, email, extra) values (640, 'acme', 'marker', 6) returning *

alter table customers rename extra to more

select more, email from customers where id = 640

alter table customers drop column more

select * from customers where id = 640

alter table customers alter column email type text

alter table customers rename column email to mail

alter table customers rename to clients

alter table customers alter column email set default 'x'

alter table customers alter column email set not null

alter table customers alter column email drop not null

alter table customers add constraint u unique (email)

alter table customers add check (length(email) > 1)

alter table customers add check (id <> 0)

analyze customers

comment on table customers is 'clients'

comment on column customers.email is 'an address'

grant select on customers to public

lock table customers

begin

lock table customers in share mode

create table made (id int, tenant_id text, email text)

insert into made values (1, 'acme', 'not protected') returning *

rollback

notify customers, 'x'

select relname, relkind from pg_class where relname = 'customers'

select attname from pg_attribute where attrelid = 'customers'::regclass and attnum > 0 order by attnum

select column_name from information_schema.columns where table_name = 'customers' order by ordinal_position

select 'customers'

select 1 as customers

select id as email from orders where id = 1

select has_table_privilege('customers', 'select')

discard plans

select email from customers where id = 1
