insert into customers (id, tenant_id, name, email, note, points, born) values (4101, 'acme', 'Ann', 'marker 4101', 'marker note', 77370, '2077-01-01'), (4102, 'globex', 'Bob', 'marker 4102', null, null, '2077-01-02') returning id

select * from v_mail order by id

select mail from v_mail where id = 4101

select id, mail as m, name from v_mail v where tenant_id = 'globex' order by id

select v.* from public.v_mail v where v.id > 4100 order by v.id

select count(mail) from v_mail where id = 4101

select mail from v_mail where mail = 'marker'

select lower(mail) from v_mail

select v from v_mail v

select email from v_mail_only where id = 4101

select id from v_mail_only where id = 4101

insert into v_mail_only (id, email) values (4103, 'marker')

select number, note2, mail from v_two where number > 4100 order by number

select * from v_two where owner = 'acme' and number = 4101

select * from v_count order by tenant_id

select id, name from v_owner where id = 4101

update v_owner set name = 'Anna' where id = 4101 returning name

update v_owner set tenant_id = 'globex' where id = 4101

insert into v_owner (id, tenant_id, name) values (4101, 'globex', 'x') on conflict (id) do update set tenant_id = excluded.tenant_id

insert into v_owner (id, tenant_id, name) values (4110, 'acme', 'owner') returning *

select email from v_twice where id = 4101

update v_twice set again = 'globex' where id = 4101

select id, email, pointless from v_length where id > 4100 order by id

select size from v_length where id = 4101

select * from v_length

select to_json(v) from v_length v

select id, email from v_on_length where id = 4101

select size from v_on_length

select id from v_on_length where size > 3

select id from v_compared

select email from v_union where id > 4100

select id, tenant_id, email from v_union where id > 4100 order by id

select email from v_sub where id = 1

select * from v_sub where id = 1

select secret from v_vault order by key

insert into v_vault values ('v41', 'marker vault view') returning *

update v_vault set secret = 'marker changed' where key = 'v41' returning secret

delete from v_vault where key = 'v41' returning secret

select email, born from v_cte where tenant_id = 'acme' and email is not null

select * from v_people order by id

insert into v_people values (41, 'acme', 'marker ssn') returning ssn

select x from v_shared

insert into v_mail values (4120, 'acme', 'marker through a view', 'Eve') returning *

insert into v_mail (mail, tenant_id, id) values ('marker 4121', 'globex', 4121), ('marker 4122', 'acme', 4122) returning mail

-- params: 4123 | acme | marker parameter
insert into v_mail (id, tenant_id, mail) values ($1, $2, $3) returning id, mail

insert into v_mail (id, tenant_id, mail) select id + 100, tenant_id, mail from v_mail where id = 4123 returning mail

insert into v_mail (id, mail) values (4124, 'marker without tenant')

update v_mail set mail = 'marker update' where id = 4120 and tenant_id = 'acme' returning mail

update v_mail set mail = 'marker update' where id = 4120

update v_mail set tenant_id = 'globex' where id = 4120

update v_mail set name = 'E' where id = 4120 returning *

insert into v_mail (id, tenant_id, mail) values (4120, 'acme', 'marker conflict') on conflict (id) do nothing returning mail

delete from v_mail where id >= 4120 returning id, mail

select email, born, note from customers where id = 4101

select m.id, m.email from m_mail m order by id

refresh materialized view m_mail

select m.id, m.email, m.name from m_mail m where id > 4100 order by id

create view v_made as select id, tenant_id, email as address from customers

select address from v_made where id = 4101

insert into v_made values (4130, 'acme', 'marker made') returning address

create or replace view v_made as select id, tenant_id, email as address, note from customers

select note, address from v_made where id = 4101

alter view v_made rename to v_renamed

select address from v_renamed where id = 4101

begin

create view v_in_transaction as select id, tenant_id, email from v_renamed_not

rollback

begin

create view v_in_transaction as select id, tenant_id, address from v_renamed

insert into v_in_transaction values (4131, 'acme', 'marker in transaction')

rollback

begin

alter view v_renamed rename to v_again

insert into v_again values (4131, 'acme', 'marker renamed')

rollback

drop view v_renamed

create view v_bad as select id, lower(email) from customers

create view v_bad as select id from customers where email = 'marker'

create temp view v_temp as select id, email from customers

create temp table scratch43 (id int)

create view v_temp as select c.id, c.email from customers c join scratch43 s on s.id = c.id

create recursive view v_rec (n) as values (1) union all select n + 1 from v_rec where n < 3

create materialized view m_made as select id, tenant_id, email from customers where id > 4100

select email from m_made order by id

create unique index on m_made (id)

refresh materialized view concurrently m_made

drop materialized view m_made

create table copied41 as select id, mail from v_mail
