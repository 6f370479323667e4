import { TABLE_SHAPES } from './record-tables.ts';

/**
 * SQL for whoever owns the schema: roles with as few rights as the work needs. The writer adds and changes rows and removes
 * none; the reader reads. Neither makes, changes or drops tables, or sees other schemas.
 */
export function roleScript(): string {
  const tables = TABLE_SHAPES.map(({ name }) => `clipsam.${name}`).join(',\n  ');
  return `-- Roles for the plant's record. Run it as the owner of the schema clipsam, which clipsam sync --prepare makes:
--   clipsam sync postgres://OWNER@HOST/DATABASE --prepare
--   clipsam sync --role-script | psql postgres://OWNER@HOST/DATABASE
-- Then give every workstation and every reader a login of its own:
--   create role station_7 login in role clipsam_writer;   -- and \\password station_7
--   create role bi login in role clipsam_reader;          -- and \\password bi
begin;
do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'clipsam_writer') then
    create role clipsam_writer nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'clipsam_reader') then
    create role clipsam_reader nologin;
  end if;
end $$;
grant usage on schema clipsam to clipsam_writer, clipsam_reader;
grant select on all tables in schema clipsam to clipsam_writer, clipsam_reader;
grant insert, update on
  ${tables}
  to clipsam_writer;
-- What later versions of the program add is for reading as well; then run this script again for writing.
alter default privileges in schema clipsam grant select on tables to clipsam_writer, clipsam_reader;
commit;
`;
}
