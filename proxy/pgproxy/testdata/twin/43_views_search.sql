insert into members (id, tenant_id, email, handle, name) values (4301, 'acme', 'marker one', 'marker h1', 'One'), (4302, 'acme', 'marker two', null, 'Two'), (4303, 'globex', 'marker one', null, 'Three') returning id

insert into invites (id, tenant, email, handle) values (4301, 'acme', 'marker one', 'marker i1'), (4302, 'globex', 'marker two', null) returning id

insert into guests (id, email, name) values (4301, 'marker guest', 'Guest') returning id

select id, mail from v_members where mail = 'marker one' and tenant_id = 'acme'

select name from v_members v where v.mail in ('marker one', 'marker two') and tenant_id = 'acme' order by id

-- params: acme | marker two
select id, mail from v_members where tenant_id = $1 and mail = $2

select id from v_members where mail = 'marker one'

select name from v_guests where email = 'marker guest'

update v_guests set name = 'Host' where email = 'marker guest' returning name, email

update v_members set name = 'Uno' where mail = 'marker one' and tenant_id = 'acme' returning name

insert into v_members (id, tenant_id, mail) values (4304, 'acme', 'marker one') on conflict (tenant_id, mail) do nothing

insert into v_members (id, tenant_id, mail, name) values (4304, 'acme', 'marker one', 'Ein') on conflict (tenant_id, mail) do update set name = excluded.name returning name

delete from v_members where mail = 'marker two' and tenant_id = 'acme' returning id

select id, email from v_both where id > 4300 order by id

select id from v_both where email = 'marker one' and tenant_id = 'acme'

select id from v_across

select email from v_distinct where tenant_id = 'acme' and email = 'marker one'

select tenant_id, email, n from v_grouped where tenant_id = 'acme' and email = 'marker one'

select m.id from members m join v_members v on v.mail = m.email and v.tenant_id = m.tenant_id where m.id = 4301

select v.name, g.name from v_members v, v_guests g where v.mail = g.email

select id from members where tenant_id = 'acme' and email in (select mail from v_members where tenant_id = 'acme') order by id

create view v_made43 as select id, tenant_id, email from members where name is not null

select id from v_made43 where tenant_id = 'acme' and email = 'marker one'

drop view v_made43

create view v_made43 as select id from members where tenant_id = 'acme' and email = 'marker one'

delete from members where id > 4300

delete from invites where id > 4300

delete from guests where id > 4300
