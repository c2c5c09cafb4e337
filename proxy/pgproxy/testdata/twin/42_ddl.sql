create table ddl_parts_2 partition of ddl_parts for values in (2)

insert into ddl_parts values (1, 'acme', 'marker 1'), (2, 'globex', 'marker 2') returning *

insert into ddl_parts_2 values (2, 'acme', 'marker 3') returning secret

begin

create table ddl_parts_3 partition of ddl_parts for values in (3)

insert into ddl_parts_3 values (3, 'acme', 'marker in transaction')

rollback

begin

create table ddl_parts_3 partition of ddl_parts for values in (3)

alter table ddl_parts_3 rename to ddl_parts_three

insert into ddl_parts_three values (3, 'acme', 'marker in transaction')

rollback

begin

create table ddl_parts_3 partition of ddl_parts for values in (3)

alter table ddl_parts_3 alter column secret set default 'marker default'

rollback

begin

create table ddl_parts_3 partition of ddl_parts for values in (3)

alter table ddl_parts_3 add primary key (id, tenant_id)

create index on ddl_parts_3 (tenant_id)

commit

insert into ddl_parts values (3, 'acme', 'marker three') returning secret

create table ddl_parts_4 (secret text, tenant_id text default 'acme', id int)

create table ddl_bad partition of ddl_parts (secret default 'marker') for values in (9)

alter table ddl_parts detach partition ddl_parts_3

alter table ddl_parts_2 rename to ddl_parts_two

select secret from ddl_parts_two order by tenant_id

insert into ddl_parts_two values (2, 'acme', 'marker renamed') returning secret

alter table ddl_parts_two rename to ddl_parts_2

alter table ddl_parts rename to ddl_partitions

alter table ddl_parts rename column secret to open

alter table ddl_parts rename column tenant_id to owner

alter table ddl_parts rename column id to number

alter table ddl_parts rename column number to id

alter table ddl_base rename column tenant_id to secret

alter table ddl_base rename to ddl_parts

alter table ddl_parts alter column secret type bytea using secret

alter table ddl_parts alter column tenant_id type varchar(20)

alter table ddl_parts alter column secret set default 'marker'

alter table ddl_parts alter column secret set default null

alter table ddl_parts alter column secret drop default

alter table ddl_parts alter column secret set not null

alter table ddl_parts alter column secret drop not null

alter table ddl_parts alter column secret set statistics 10

alter table ddl_parts add column note text default 'a note'

insert into ddl_parts values (2, 'globex', 'marker with a note') returning note, secret

alter table ddl_parts drop column note

alter table ddl_parts add constraint c check (secret is not null or id > 0)

alter table ddl_parts add constraint c2 check (length(secret) > 3)

alter table ddl_parts add constraint c3 check (tenant_id <> '')

alter table ddl_parts add unique (id, secret)

alter table ddl_parts add unique (id, tenant_id)

alter table ddl_parts drop constraint c

alter table ddl_base add foreign key (tenant_id) references ddl_keys (code)

create table ddl_new (id int, code text references ddl_keys (code2))

create table ddl_later (id int, tenant_id text, secret text default 'marker')

create table ddl_later (id int, tenant_id text, secret bytea unique)

create table ddl_later (id int, tenant_id text, secret bytea, check (length(secret) > 2))

create table ddl_later (id int, tenant_id text, secret bytea, size int generated always as (length(secret)) stored)

create table ddl_later (like ddl_base)

drop table ddl_later

create table ddl_later as select id, tenant_id from ddl_base

create index on ddl_keys (code)

create unique index on ddl_keys (tenant_id, code)

create index on ddl_keys (tenant_id) include (code)

create index on ddl_keys (tenant_id) where code is not null

create index on ddl_keys (tenant_id) where code = 'marker'

create index on ddl_keys ((code || 'x'))

create statistics ddl_stats on tenant_id, code from ddl_keys

create statistics ddl_stats2 on (lower(code)) from ddl_keys

create rule ddl_rule as on insert to ddl_base do also insert into ddl_keys values (1, 'acme', 'marker')

create policy ddl_policy on ddl_keys using (tenant_id = current_user)

create policy ddl_policy2 on ddl_keys using (code = current_user)

alter table ddl_keys enable row level security

alter table ddl_keys disable row level security

create function ddl_note() returns trigger language plpgsql as $$ begin return new; end $$

create trigger ddl_trigger before insert on ddl_keys for each row when (new.code is not null) execute function ddl_note()

create trigger ddl_trigger2 before insert on ddl_keys for each row when (new.code > '') execute function ddl_note()

insert into ddl_keys values (1, 'acme', 'marker key') returning code

alter table ddl_keys owner to current_user

alter table ddl_keys set schema other

alter schema public rename to private

grant select on ddl_keys to public

comment on column ddl_keys.code is 'a comment'

vacuum ddl_keys

analyze ddl_keys (code)

cluster ddl_keys using ddl_keys_tenant_id_idx

reindex table ddl_keys

lock table ddl_keys

truncate ddl_keys

insert into ddl_grandchild (extra, id, tenant_id, secret, more) values ('e', 1, 't', 'marker grandchild', 'm') returning *

select * from ddl_child

select secret from ddl_grandchild

update ddl_child set secret = 'marker updated' where extra = 'e' returning secret

select extra from ddl_mixin

update ddl_mixin set extra = 'x'

alter table ddl_keys inherit ddl_mixin

alter table ddl_child no inherit ddl_mixin

select extra from ddl_mixin

create table ddl_copy as select id, code from ddl_keys

create table ddl_copy as select id, tenant_id from ddl_keys

select id, code into ddl_copy2 from ddl_keys

drop table ddl_copy

do $$ begin perform count(*) from ddl_keys; end $$

do $$ begin perform count(*) from ddl_keys_of_something_else; exception when others then null; end $$

do $$ begin execute 'insert into "ddl_keys" values (1)'; end $$

create function ddl_f() returns bigint language sql as $$ select count(*) from public.DDL_Keys $$

create function ddl_g() returns bigint language sql begin atomic select count(*) from ddl_keys; end

create procedure ddl_p() language sql as $$ select 'my_ddl_keys' $$

call ddl_p()

alter function ddl_note() rename to ddl_note2

drop table ddl_keys, ddl_refs
