'use strict'
// Does the job that comes as JSON on standard input with node-postgres, and prints each step that is done.
// Values are compared as what node-postgres gives for native columns: int8 is a string, date a Date, bytea a Buffer.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { Client } = require('pg')

const job = JSON.parse(fs.readFileSync(0, 'utf8'))
const sql = job.sql
const fields = ['id', 'tenant_id', 'name', 'email', 'note', 'photo', 'points', 'born', 'ref', 'profile']

const done = (step) => process.stdout.write(step + '\n')

function midnight (iso) {
  const [year, month, day] = iso.split('-').map(Number)
  const date = new Date(2000, month - 1, day)
  date.setFullYear(year, month - 1, day)
  return date
}

// native turns a row of the job into the application's values.
function native (row) {
  const map = (v, f) => v === null ? null : f(v)
  return {
    ...row,
    id: String(row.id),
    photo: map(row.photo, (v) => Buffer.from(v, 'base64')),
    born: map(row.born, midnight),
    profile: map(row.profile, JSON.parse)
  }
}

// bindable lists a row's values as parameters. node-postgres makes JSON of objects by itself, but not of strings.
function bindable (row) {
  const values = fields.map((f) => row[f])
  const profile = row.profile
  values[9] = typeof profile === 'string' ? JSON.stringify(profile) : profile
  return values
}

async function fails (code, promise) {
  await assert.rejects(promise, (err) => err.code === code || assert.fail(`got ${err.code} ${err.message}, want ${code}`))
}

async function count (c, id) {
  return Number((await c.query(sql.count, [id])).rows[0].count)
}

async function writeAndRead (c) {
  for (const { what, insert, update } of job.changes) {
    for (const [text, row] of [[sql.insert, native(insert)], [sql.update, native(update)]]) {
      await c.query(text, bindable(row))
      const { rows } = await c.query(sql.select, [row.id])
      assert.equal(rows.length, 1)
      for (const f of fields) assert.deepEqual(rows[0][f], row[f], `${what}: ${f}`)
    }
    done(what)
  }
}

async function nativeTypes (c) {
  const kind = (v) => Object.prototype.toString.call(v) + ' ' + v.constructor.name
  const types = (r) => r.fields.map((f, i) => [f.dataTypeID, f.dataTypeSize, f.dataTypeModifier, kind(r.rows[0][i])])
  const query = (text, id) => c.query({ text, values: [id], rowMode: 'array' })
  assert.deepEqual(types(await query(sql.protected, job.changes[0].insert.id)), types(await query(sql.native, 1)))
  done('native types')
}

async function failInTheMiddle (c) {
  const row = native(job.duplicate)
  const id = Number(row.id)
  await c.query('begin')
  await c.query(sql.insert, bindable(row))
  await fails('23505', c.query(sql.insert, bindable(row)))
  await fails('25P02', c.query(sql.insertTwo, [id + 1, 'globex', job.aborted]))
  await c.query('rollback')
  assert.equal(await count(c, id), 0)
  await c.query(sql.insertTwo, [id, 'globex', job.recovered])
  assert.equal(await count(c, id), 1)
  done('transaction that fails in the middle')
}

async function refusal (c) {
  await fails('0A000', c.query(sql.refused, [job.refused]))
  await c.query('begin')
  await c.query(sql.insertTwo, [300, 'acme', job.aborted])
  await fails('0A000', c.query(sql.refused, [job.refused]))
  await fails('25P02', c.query(sql.insertTwo, [301, 'acme', job.aborted]))
  await c.query('rollback')
  assert.equal(await count(c, 300), 0)
  done('refused statement')
}

async function interleave (c) {
  const email = async (id) => (await c.query({ name: 'read', text: sql.email, values: [id] })).rows[0].email
  for (const [i, value] of job.tenants.entries()) {
    const tenant = ['acme', 'globex'][i % 2]
    await c.query({ name: 'insert', text: sql.insertTwo, values: [400 + i, tenant, value] })
    assert.equal(await email(400 + i), value)
    assert.equal(await email(400 + (i >> 1)), job.tenants[i >> 1])
  }
  const direct = new Client({ connectionString: job.direct })
  await direct.connect()
  await direct.query(sql.move, [400])
  await direct.end()
  await fails('XX001', email(401))
  assert.equal(await email(400), job.tenants[0])
  done('two tenants on one connection')
}

async function repeat (c) {
  for (let i = 0; i < job.uses; i++) {
    await c.query({ name: 'repeated insert', text: sql.insertTwo, values: [1000 + i, 'acme', job.repeated] })
  }
  for (let i = 0; i < job.uses; i++) {
    const { rows } = await c.query({ name: 'repeated read', text: sql.email, values: [1000 + i] })
    assert.equal(rows[0].email, job.repeated)
  }
  done('prepared statements used 1000 times')
}

async function main () {
  const c = new Client({ connectionString: job.dsn })
  await c.connect()
  await writeAndRead(c)
  await nativeTypes(c)
  await failInTheMiddle(c)
  await refusal(c)
  await interleave(c)
  await repeat(c)
  await c.end()
}

main().catch((err) => {
  console.error(err.stack.slice(0, 2000))
  process.exit(1)
})
