insert into people values (1, 'acme', 'marker person') returning *

insert into staff values (2, 'globex', 'marker staff', 1000, 'boss') returning *

insert into staff (ssn, tenant_id, salary) values ('marker staff 2', 'acme', 5) returning ssn, boss

select * from people order by id

select ssn from people order by id

select ssn from only people

select ssn, salary from staff order by id

select p.ssn, s.ssn from people p join staff s using (id)

update people set ssn = 'marker all' where tenant_id = 'acme' returning tableoid::regclass::text, ssn

update staff set ssn = 'marker 2', salary = salary + 1 where tenant_id = 'globex' returning *

delete from people where id = 2 returning *

insert into events values (1, 'acme', '{"marker": 1}', '2020-01-01') returning *

insert into events values (2, 'globex', '{"marker": 2}', '2020-01-02'), (3, 'acme', '{"marker": 3}', '2020-01-03') returning *

insert into events (id, tenant_id, payload) values (4, 'globex', '{"marker": 4}') returning payload

insert into events_acme values (5, 'acme', '{"marker": 5}', '2020-01-05') returning *

insert into events_rest values ('2020-01-06', '{"marker": 6}', 'globex', 6) returning *

insert into events_rest (id, tenant_id, payload) values (7, 'acme', '{"marker": 7}')

select * from events order by id

select payload from events order by id

select payload from events_rest order by id

select * from events_rest order by id

select e.payload, r.payload from events e join events_rest r on r.id = e.id order by e.id

update events set payload = '{"marker": "new"}' where tenant_id = 'globex' and id = 2 returning payload, day

update events set tenant_id = 'acme' where id = 2

delete from events where id = 5 returning *

select tableoid::regclass::text, payload from events order by id

select count(payload), tenant_id from events group by tenant_id order by 2

create temp table people_temp () inherits (people)
