insert into prices (id, tenant_id, net, gross, code) values (2, 'acme', 77370.125, 77370.13, '7737'), (3, 'acme', 773700, 77370.1, 'a'), (4, 'acme', 'NaN', 'NaN', 'b'), (5, 'acme', 0, -0.00, 'c')

insert into prices (id, tenant_id, net, gross, at, code) values (1, 'acme', 77370.1, 77370.10, '2077-01-01 10:00:00.4', '7737')

select id, net, gross, at, code from prices order by id

select id from prices where tenant_id = 'acme' and net = 77370.1 order by id

select id from prices where tenant_id = 'acme' and net = 77370.10 order by id

select id from prices where tenant_id = 'acme' and net = '77370.1000' order by id

select id from prices where tenant_id = 'acme' and net = 77370.125 order by id

select id from prices where tenant_id = 'acme' and net = 77370.13 order by id

select id from prices where tenant_id = 'acme' and net = 7737000e-1

select id from prices where tenant_id = 'acme' and net = 773700

select id from prices where tenant_id = 'acme' and net = '77370.1'::numeric

select id from prices where tenant_id = 'acme' and net = '77370.14'::numeric(10,1)

select id from prices where tenant_id = 'acme' and net = '773700'::int

select id from prices where tenant_id = 'acme' and net = '77370.1'::float8

select id from prices where tenant_id = 'acme' and net <> 77370.1 order by id

select id from prices where tenant_id = 'acme' and net is not distinct from 77370.1

-- params: acme | 773700
select id from prices where tenant_id = $1 and net = $2::int8

select id from prices where tenant_id = 'acme' and net = 0.000

select id from prices where tenant_id = 'acme' and gross = '-0'

select id from prices where tenant_id = 'acme' and net = 'NaN'

select id from prices where tenant_id = 'acme' and net = 12345678901234.5

-- params: acme | 77370.1
select id from prices where tenant_id = $1 and net = $2

-- params: acme | 77370.13000
select id from prices where tenant_id = $1 and net = $2

-- params: acme | 77370.125
select id from prices where tenant_id = $1 and net = $2

-- params: acme | {77370.1,77370.130,0,NULL}
select id from prices where tenant_id = $1 and net = any($2) order by id

select id from prices where tenant_id = 'acme' and net in (77370.1, 0.0) order by id

select id from prices where tenant_id = 'acme' and net = any('{77370.1,77370.125}') order by id

select id from prices where tenant_id = 'acme' and net = gross order by id

select a.id, b.id from prices a join prices b on a.tenant_id = b.tenant_id and a.net = b.gross order by 1, 2

select count(distinct net) from prices where tenant_id = 'acme'

select id from prices where tenant_id = 'acme' and at = '2077-01-01 10:00:00'

select id from prices where tenant_id = 'acme' and at = '2077-01-01 10:00:00.4'

select id from prices where tenant_id = 'acme' and code = '7737'

select id from prices where tenant_id = 'acme' and code = '7737 '

select id from prices where tenant_id = 'acme' and code = '77370'

update prices set net = 77370.999 where tenant_id = 'acme' and net = 77370.1

select id, net from prices where tenant_id = 'acme' and net = 77371

-- params: acme | 77370.555
update prices set gross = $2 where tenant_id = $1 and gross = $2

delete from prices where tenant_id = 'acme' and gross = 77370.130
