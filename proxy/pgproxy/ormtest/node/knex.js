'use strict';
const {say} = require('./say');
const knex = require('knex')({client: 'pg', connection: process.env.DATABASE_URL, pool: {min: 0, max: 3}});

async function migrate() {
  await knex.schema.createTable('customers', (t) => {
    t.increments('id');
    t.string('tenant_id').notNullable().defaultTo('acme');
    t.string('name').unique();
    t.string('email');
    t.text('phone');
    t.date('born');
    t.bigInteger('points');
  });
  await knex.schema.createTable('orders', (t) => {
    t.increments('id');
    t.integer('customer_id').references('customers.id').onDelete('CASCADE');
    t.string('tenant_id').notNullable().defaultTo('acme');
    t.decimal('total', 10, 2);
    t.text('remark');
    t.index(['customer_id']);
  });
}

async function run() {
  const customers = () => knex('customers');
  const ada = {tenant_id: 'acme', name: 'Control Ada', email: 'marker-ada@example.com', phone: 'marker 1', born: '2077-01-02', points: 773701};
  say('insert', await customers().insert(ada).returning('*'));
  say('several', await customers().insert([{tenant_id: 'acme', name: 'Bob', email: 'marker-bob@example.com'}, {tenant_id: 'acme', name: 'Cyd', phone: 'marker 3', points: 773703}], ['id', 'email']));
  say('all', await customers().orderBy('id'));
  say('first', await customers().where({name: 'Bob'}).first('email', 'phone'));
  say('pluck', await customers().orderBy('id').pluck('email'));
  say('where in', await customers().whereIn('name', ['Bob', 'Cyd']).select('id', 'email as mail').orderBy('id'));
  say('null', await customers().whereNull('email').select('name', 'phone'));
  say('update', await customers().where({name: 'Bob'}).update({email: 'marker-bob2@example.com', born: '2077-02-03'}, ['email', 'born']));
  say('merge', await customers().insert({tenant_id: 'acme', name: 'Bob', email: 'marker-bob3@example.com'}).onConflict('name').merge(['email']).returning('*'));
  say('merge all', await customers().insert({tenant_id: 'acme', name: 'Bob', email: 'marker-bob4@example.com', phone: 'marker b'}).onConflict('name').merge().returning('*'));
  say('ignore', await customers().insert({tenant_id: 'acme', name: 'Bob', email: 'marker-bob5@example.com'}).onConflict('name').ignore().returning('id'));
  await knex('orders').insert([1, 2, 3].map((n) => ({tenant_id: 'acme', customer_id: 1, total: n, remark: `marker order ${n}`})));
  say('join', await customers().join('orders', 'customers.id', 'orders.customer_id').select('customers.name', 'email', 'orders.remark', 'total').orderBy('orders.id'));
  say('left join', await customers().leftJoin('orders as o', 'customers.id', 'o.customer_id').orderBy(['customers.id', 'o.id']).select('customers.id', 'o.remark'));
  say('subquery', await customers().whereIn('id', knex('orders').select('customer_id').where('total', '>', 1)).select('email'));
  say('with', await knex.with('recent', knex('orders').where('total', '>=', 2)).select('*').from('recent').orderBy('id'));
  say('from subquery', await knex.select('email').from(customers().where('id', '<', 3).as('c')).orderBy('id'));
  say('sum', await knex('orders').join('customers', 'customers.id', 'orders.customer_id').groupBy('customers.name').select('customers.name').sum('total as total').count('remark as remarks'));
  await knex.transaction(async (trx) => {
    const [{id}] = await trx('customers').insert({tenant_id: 'acme', name: 'Gil', email: 'marker-gil@example.com'}, ['id']);
    await trx('customers').where({id}).update({phone: 'marker 7'});
    say('for update', await trx('customers').where({id}).forUpdate().first());
  });
  await knex.transaction(async (trx) => {
    await trx('customers').insert({tenant_id: 'acme', name: 'Hal', email: 'marker-hal@example.com'});
    throw new Error('rolled back');
  }).catch((e) => say('rolled back', e.message));
  say('savepoint', await knex.transaction(async (outer) => {
    await outer('customers').insert({tenant_id: 'acme', name: 'Ivy', email: 'marker-ivy@example.com'});
    await outer.transaction(async (inner) => {
      await inner('customers').insert({tenant_id: 'acme', name: 'Ivy', email: 'marker-ivy2@example.com'});
    }).catch((e) => say('inner', e.code));
    return outer('customers').where({name: 'Ivy'}).first('email');
  }));
  say('delete', await customers().where({name: 'Cyd'}).del(['phone']));
  say('batch', await knex.batchInsert('customers', [...Array(25).keys()].map((n) => ({tenant_id: 'acme', name: `n${n}`, email: `marker-${n}@example.com`})), 10).returning('email'));
  say('stream', await new Promise((done, fail) => {
    const rows = [];
    customers().orderBy('id').select('email').stream().on('data', (r) => rows.push(r.email)).on('end', () => done(rows)).on('error', fail);
  }).catch((e) => e.message));
  say('last', await customers().orderBy('id'));
}

(process.argv[2] === 'migrate' ? migrate() : run()).then(() => knex.destroy()).catch((e) => {
  console.error(e);
  process.exit(1);
});
