create view s_members as select id, tenant_id, email as mail, handle from members

create view s_pairs as select m.id, m.tenant_id, i.id as invite from members m join invites i on i.tenant = m.tenant_id and i.email = m.email

create view s_wrong as select m.id from members m join invites i on i.email = m.email

create view s_constant as select id from members where tenant_id = 'acme' and email = 'marker1'

insert into members (id, tenant_id, email, handle, number) values (1, 'acme', 'marker1', 'marker h1', 7737001), (2, 'acme', 'marker2', 'marker h2', 7737002), (5, 'globex', 'marker1', 'marker h1', 7737001)

insert into invites (id, tenant, email) values (1, 'acme', 'marker1'), (4, 'globex', 'marker2')

select id from s_members where tenant_id = 'acme' and mail = 'marker1'

-- params: acme | marker2
select id, mail from s_members where tenant_id = $1 and mail = $2

select count(distinct handle) from s_members where tenant_id = 'acme'

select v.id, i.id from s_members v join invites i on i.tenant = v.tenant_id and i.email = v.mail

select * from s_pairs

select id from s_members where mail = 'marker1'

create index on members (handle)

create unique index on members (tenant_id, handle)

create unique index on members (handle)

alter table members add unique (tenant_id, number)

insert into members (id, tenant_id, number) values (30, 'acme', 7737001)

insert into members (id, tenant_id, number) values (31, 'acme', 7737001) on conflict (tenant_id, number) do nothing

select m.id, i.id from members m cross join invites i where m.tenant_id = 'acme' and i.tenant = 'acme' and m.email is not distinct from i.email

with u as (update orders set tenant_id = 'globex' where tenant_id = 'acme' returning id, tenant_id) select m.id from u join members m on m.tenant_id = u.tenant_id where m.email = 'marker1'
