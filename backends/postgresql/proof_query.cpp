// The question to the catalogue on which proofs rest.
#include "proof.hpp"

namespace databased::postgresql {

// What was made by users has an OID from 16384 on; language 13 is C, what extensions are written in. $1 are the names,
// $2 says whether rows are changed.
const char* const proof_query = R"(
WITH expressions AS (
    SELECT c.oid AS relation, c.relname, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid
    WHERE $2 AND c.relname = ANY ($1::text[])
    UNION ALL
    SELECT c.oid, c.relname, pg_catalog.pg_get_expr(k.conbin, k.conrelid)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid
    WHERE $2 AND c.relname = ANY ($1::text[]) AND k.conbin IS NOT NULL)
SELECT NOT EXISTS (
    SELECT FROM pg_catalog.pg_proc WHERE proname = ANY ($1::text[]) AND (
        (oid >= 16384 AND (prolang <> 13 OR provolatile = 'v' OR prokind = 'a'))
        OR (oid < 16384 AND (provolatile = 'v' AND proname <> ALL (
            '{random,clock_timestamp,gen_random_uuid,pg_sleep,currval,lastval,timeofday,nextval}')
            OR proname ~ '_to_xml'))))
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_cast k JOIN pg_catalog.pg_proc f ON f.oid = k.castfunc
    WHERE k.oid >= 16384 AND k.castcontext <> 'e' AND (f.prolang <> 13 OR f.provolatile = 'v') AND f.oid >= 16384)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc f ON f.oid = o.oprcode
    WHERE o.oid >= 16384 AND (f.oid >= 16384 AND f.prolang <> 13 OR f.provolatile = 'v'))
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_amproc p JOIN pg_catalog.pg_proc f ON f.oid = p.amproc
    WHERE p.oid >= 16384 AND f.oid >= 16384 AND f.prolang <> 13)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_range r JOIN pg_catalog.pg_proc f ON f.oid = r.rngcanonical
    WHERE f.oid >= 16384 AND f.prolang <> 13)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_class c WHERE relname = ANY ($1::text[]) AND (oid >= 16384 OR $2::boolean)
      AND relkind NOT IN ('i', 'I', 'c', 't') AND (
        relkind NOT IN ('r', 'p', 'm', 'S') OR relrowsecurity OR oid < 16384
        OR relhassubclass AND EXISTS (
            SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class s ON s.oid = i.inhrelid WHERE s.relkind = 'f')
        OR $2 AND (relhasrules OR relhassubclass OR relpersistence = 't'
          OR EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = c.oid AND (
            NOT tgisinternal OR tgfoid::pg_catalog.regproc::text ~ '_(cascade|setnull|setdefault)_'))
          OR EXISTS (SELECT FROM pg_catalog.pg_depend d
            WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND (
              d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
                AND d.objid IN (SELECT a.oid FROM pg_catalog.pg_attrdef a WHERE a.adrelid = c.oid)
              OR d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
                AND d.objid IN (SELECT k.oid FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid)
              OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.objid IN (SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid))))))
  AND NOT EXISTS (
    SELECT FROM expressions, LATERAL pg_catalog.regexp_matches(expression, '([a-z_][a-z0-9_]*)\(', 'g') AS called
      JOIN pg_catalog.pg_proc f ON f.proname = called[1]
    WHERE f.oid < 16384 AND f.provolatile = 'v' AND f.proname <> ALL (
        '{random,clock_timestamp,gen_random_uuid,timeofday,nextval}'))
  AND (NOT EXISTS (
    SELECT FROM pg_catalog.pg_constraint k WHERE k.contypid <> 0 AND k.oid >= 16384 AND (
      EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid
          AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass)
      OR EXISTS (
        SELECT FROM pg_catalog.regexp_matches(pg_catalog.pg_get_constraintdef(k.oid), '([a-z_][a-z0-9_]*)\(', 'g')
          AS called JOIN pg_catalog.pg_proc f ON f.proname = called[1]
        WHERE f.provolatile = 'v')))
    OR NOT $1 && '{json_populate_record,json_populate_recordset,jsonb_populate_record,jsonb_populate_recordset,
pg_input_is_valid,pg_input_error_info,record_in,domain_in,array_in}' AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_type t WHERE (t.typname = ANY ($1::text[]) OR pg_catalog.ltrim(t.typname, '_') = ANY ($1::text[]))
        AND t.oid >= 16384 AND (t.typtype = 'd' OR EXISTS (
          SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type d ON d.oid = a.atttypid
          WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND d.typtype = 'd'))))
  AS leaves_nothing,
  'nextval' = ANY ($1::text[]) OR $2 AND (
    EXISTS (SELECT FROM expressions WHERE expression ~ 'nextval\(')
    OR EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
      WHERE c.relname = ANY ($1::text[]) AND a.attidentity <> '' AND NOT a.attisdropped)) AS draws_numbers)";

}  // namespace databased::postgresql
