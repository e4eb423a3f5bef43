import { describe, expect, it } from 'vitest';
import { openDatabase, withoutPassword } from '../src/open-database.ts';
import { reasonOf } from '@ai-proxy/core';

describe('the place of a database', () => {
  it.each([
    ['sqlite:keys.db', 'sqlite:keys.db'],
    ['postgres://me:secret@db.example.com:5432/keys', 'postgres://db.example.com:5432/keys'],
    ['postgresql://me@db.example.com/keys?password=secret', 'postgres://db.example.com/keys'],
    ['postgres://db.example.com/keys', 'postgres://db.example.com/keys'],
    ['postgres://me:se%63ret@/keys?host=/run/postgresql', 'postgres://…'],
    // Passwords that were not encoded, and cannot be told from the rest.
    ['postgres://me:12/secret@db.example.com/keys', 'postgres://…'],
    ['postgres://me:sec/ret@db.example.com/keys', 'postgres://…'],
    ['postgres://me:1#secret@db.example.com/keys', 'postgres://…'],
    ['postgres://me:1?secret@db.example.com/keys', 'postgres://…'],
  ])('of %s is shown without its password', (url, shown) => {
    const place = withoutPassword(url);
    expect(place).toBe(shown);
    expect(place).not.toMatch(/secret|ret@/);
  });

  it('is said where it cannot be opened, and why', async () => {
    await expect(openDatabase('postgres://me:hush@127.0.0.1:1/keys')).rejects.toThrow(
      /^the database postgres:\/\/127\.0\.0\.1:1\/keys cannot be used: connect ECONNREFUSED 127\.0\.0\.1:1\.$/,
    );
    await expect(openDatabase('mysql://me:hush@127.0.0.1/keys')).rejects.toThrow(/^The URL of a database is "sqlite:PATH"/);
  });
});

describe('a reason', () => {
  it.each([
    [new Error('it broke.\nat once'), 'it broke'],
    [new Error('it broke.', { cause: new Error('the disk is full') }), 'it broke: the disk is full'],
    [new AggregateError([new Error('no ::1'), new Error('no 127.0.0.1'), new Error('no ::1')]), 'no ::1; no 127.0.0.1'],
    [new RangeError(''), 'RangeError'],
    ['thrown', 'thrown'],
  ])('is one line', (error, line) => {
    expect(reasonOf(error)).toBe(line);
  });
});
