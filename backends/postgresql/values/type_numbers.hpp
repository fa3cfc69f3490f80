// The numbers of PostgreSQL's own types that the backend asks for by name: pg_type.dat, which never changes them.
#pragma once

#include <libpq-fe.h>

namespace databased::postgresql {

inline constexpr Oid unknown_type = 0;  ///< The server is to find it.
inline constexpr Oid bool_type = 16;
inline constexpr Oid bytea_type = 17;
inline constexpr Oid int8_type = 20;
inline constexpr Oid int2_type = 21;
inline constexpr Oid int4_type = 23;
inline constexpr Oid text_type = 25;
inline constexpr Oid json_type = 114;
inline constexpr Oid float4_type = 700;
inline constexpr Oid float8_type = 701;
inline constexpr Oid text_array_type = 1009;
inline constexpr Oid bpchar_type = 1042;
inline constexpr Oid varchar_type = 1043;
inline constexpr Oid date_type = 1082;
inline constexpr Oid time_type = 1083;
inline constexpr Oid timestamp_type = 1114;
inline constexpr Oid timestamptz_type = 1184;
inline constexpr Oid numeric_array_type = 1231;
inline constexpr Oid numeric_type = 1700;
inline constexpr Oid uuid_type = 2950;
inline constexpr Oid jsonb_type = 3802;

}  // namespace databased::postgresql
