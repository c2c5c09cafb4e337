insert into customers (id, tenant_id, name, email, points, photo) values (5101, 'acme', 'Ann', 'marker 5101', 773705101, '\xfeedface01'), (5102, 'globex', 'Bob', 'marker 5102', null, null), (5103, 'acme', 'Cyd', null, 773705103, '\xfeedface03'), (5104, 'acme', 'Dan', 'marker 5104', 773705104, null)

insert into vault (k, secret) values ('c 1', 'marker c 1'), ('c 2', 'marker c 2')

declare c cursor for select email from customers

begin

declare c scroll cursor for select id, email, points from customers where id between 5101 and 5104 order by id

fetch c

fetch next from c

fetch 1 from c

fetch prior from c

fetch first in c

fetch last c

fetch absolute 2 from c

fetch relative -1 from c

fetch relative 0 from c

fetch forward from c

fetch forward 2 c

fetch backward 2 c

fetch backward c

move 1 in c

move absolute 2 from c

fetch all from c

fetch backward all from c

fetch 0 from c

fetch forward all from c

fetch from C

fetch from "c"

fetch from "C"

rollback

fetch from c

begin

declare c cursor for select id, name, photo, email from customers where id > 5100 and id < 5200 order by id

fetch 2 from c

declare c cursor for select 1

rollback

begin

declare c cursor for select id, name from customers where id > 5100 and id < 5200 order by id

fetch 2 from c

close c

declare c no scroll cursor for select secret from vault where k like 'c%' order by k

fetch 2 from c

fetch backward from c

rollback

-- Of unprotected tables, and a name that is used again for one.
begin

declare c cursor for select secret, k from vault where k like 'c%' order by k

fetch from c

close c

declare c cursor for select a from plain where id < 0

fetch from c

close all

declare c cursor for select k, secret from vault where k like 'c%' order by k

fetch from c

commit

fetch from c

-- Cursors that outlive the transaction.
declare h cursor with hold for select email, id from customers where id > 5100 and id < 5200 order by id

fetch 2 from h

begin

fetch 1 from h

declare h2 insensitive cursor with hold for select secret from vault where k like 'c%' order by k

commit

fetch 1 from h2

fetch 1 from h

close h

fetch from h

fetch from h2

begin

declare h3 cursor with hold for select secret from vault where k like 'c%' order by k

rollback

fetch from h3

fetch from h2

discard all

fetch from h2

-- Savepoints.
begin

declare s1 cursor for select secret from vault where k like 'c%' order by k

savepoint a

declare s2 cursor for select email from customers where id = 5101

fetch from s2

rollback to a

fetch from s1

declare s2 cursor for select a from plain where id < 0

fetch from s2

fetch from s3

rollback to a

fetch from s1

rollback

-- Binary cursors.
begin

declare b binary cursor for select id, email, points, photo from customers where id between 5101 and 5104 order by id

fetch 2 from b

fetch 2 from b

commit

-- Several statements in one text.
-- only: simple
declare m cursor for select email, id from customers where id = 5101; fetch from m; fetch from m; close m; select 1

-- only: simple
begin; declare m cursor for select secret from vault where k = 'c 1'; fetch from m; move from m; commit; select 1

-- only: simple
declare m cursor for select secret from vault where k = 'c 1'; declare m2 cursor for select 1 as one; fetch from m2; fetch from m; fetch from m2; close all

-- Parameters.
begin

-- params: 5101 | acme
declare q cursor for select email from customers where id >= $1 and tenant_id = $2 order by id

-- only: exec
fetch 2 from q

rollback

-- What is refused in a query is refused of a cursor.
declare r cursor for select lower(email) from customers

declare r cursor with hold for select email from customers order by email

-- The row at a cursor.
begin

declare w cursor for select id, email from customers where id between 5101 and 5104 for update

fetch from w

update customers set name = 'current' where current of w

update customers set email = 'marker current' where current of w

rollback

begin

declare w cursor for select k, secret from vault where k = 'c 1' for update

fetch from w

update vault set secret = 'marker current' where current of w returning k, secret

delete from vault where current of w

fetch from w

commit

begin

declare w cursor for select id, email from customers where id = 5104

fetch from w

delete from customers where current of w returning id, email

commit

select id, email from customers where id between 5101 and 5104 order by id

-- A cursor of a table without protected columns, with one on protected ones open.
begin

declare p1 cursor for select secret from vault where k like 'c%' order by k

declare p2 cursor for select o.id, o.email from orders o where o.id < 0

fetch from p2

select id as close, a as fetch from plain where id < 0 order by id fetch first 1 rows only

fetch next from p1

close p1

commit
