insert into stamped (id, tenant_id, c, d) values (1, 'acme', 'marker c', 'marker d') returning *

insert into stamped values (2, 'acme', default, default, 'marker', null)

insert into stamped (id, tenant_id, a) values (3, 'acme', 'marker')

insert into stamped (id, tenant_id, c, d) values (3, 'acme', default, 'marker')

insert into stamped (id, tenant_id, c) values (3, 'acme', 'marker')

insert into stamped default values

update stamped set a = default, b = default where tenant_id = 'acme' and id = 1

update stamped set c = default where tenant_id = 'acme' and id = 1

table stamped
