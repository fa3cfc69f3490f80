#include "types.hpp"

#include "values/array_readers.hpp"
#include "values/readers.hpp"

#include <algorithm>
#include <array>

namespace databased::postgresql {

namespace {

/// A built-in type and the type of its arrays.
struct BuiltinType {
    Oid type;
    Oid array;
    std::string_view array_name;  // "int4[]"
    TypeReader reader;
    TypeReader array_reader;

    std::string_view name() const noexcept { return array_name.substr(0, array_name.size() - 2); }
};

template <Decode Text, Decode Binary>
constexpr BuiltinType builtin(Oid type, Oid array, std::string_view array_name) {
    return {type, array, array_name, {Text, Binary}, {text_array<Text>, binary_array<Binary>}};
}

/// Types whose elements need not be copied twice.
template <Decode Text, Decode Binary, Decode ElementText, Decode ElementBinary>
constexpr BuiltinType builtin(Oid type, Oid array, std::string_view array_name) {
    return {type, array, array_name, {Text, Binary}, {text_array<ElementText>, binary_array<ElementBinary>}};
}

constexpr BuiltinType textual(Oid type, Oid array, std::string_view array_name) {
    return builtin<from_text::text, from_binary::text, from_text::text_in_place, from_binary::text_in_place>(
        type, array, array_name);
}

/// Comes as text only, in PostgreSQL's own notation.
template <char Delimiter = ','>
constexpr BuiltinType only_text(Oid type, Oid array, std::string_view array_name) {
    return {type, array, array_name, {from_text::text}, {text_array<from_text::text_in_place, Delimiter>}};
}

// The numbers are those of PostgreSQL's pg_type.dat, which never change; 0 where there is no array.
constexpr std::array builtin_types{
    builtin<from_text::boolean, from_binary::boolean>(16, 1000, "bool[]"),
    builtin<from_text::bytea, from_binary::bytea, from_text::bytea, from_binary::bytea_in_place>(17, 1001, "bytea[]"),
    builtin<from_text::text, from_binary::character>(18, 1002, "char[]"),
    textual(19, 1003, "name[]"),
    builtin<from_text::integer, from_binary::int8>(20, 1016, "int8[]"),
    builtin<from_text::integer, from_binary::int2>(21, 1005, "int2[]"),
    only_text(22, 1006, "int2vector[]"),
    builtin<from_text::integer, from_binary::int4>(23, 1007, "int4[]"),
    only_text(24, 1008, "regproc[]"),
    textual(25, 1009, "text[]"),
    builtin<from_text::integer, from_binary::oid>(26, 1028, "oid[]"),
    only_text(27, 1010, "tid[]"),
    builtin<from_text::integer, from_binary::oid>(28, 1011, "xid[]"),
    builtin<from_text::integer, from_binary::oid>(29, 1012, "cid[]"),
    only_text(30, 1013, "oidvector[]"),
    builtin<from_text::json, from_binary::json>(114, 199, "json[]"),
    only_text(142, 143, "xml[]"),
    only_text(194, 0, "pg_node_tree[]"),
    only_text(600, 1017, "point[]"),
    only_text(601, 1018, "lseg[]"),
    only_text(602, 1019, "path[]"),
    only_text<';'>(603, 1020, "box[]"),
    only_text(604, 1027, "polygon[]"),
    only_text(628, 629, "line[]"),
    only_text(650, 651, "cidr[]"),
    builtin<from_text::float4, from_binary::float4>(700, 1021, "float4[]"),
    builtin<from_text::float8, from_binary::float8>(701, 1022, "float8[]"),
    textual(705, 0, "unknown[]"),
    only_text(718, 719, "circle[]"),
    only_text(774, 775, "macaddr8[]"),
    only_text(790, 791, "money[]"),
    only_text(829, 1040, "macaddr[]"),
    only_text(869, 1041, "inet[]"),
    only_text(1033, 1034, "aclitem[]"),
    textual(1042, 1014, "bpchar[]"),
    textual(1043, 1015, "varchar[]"),
    builtin<from_text::date, from_binary::date>(1082, 1182, "date[]"),
    builtin<from_text::time, from_binary::time>(1083, 1183, "time[]"),
    builtin<from_text::timestamp, from_binary::timestamp>(1114, 1115, "timestamp[]"),
    builtin<from_text::timestamptz, from_binary::timestamptz>(1184, 1185, "timestamptz[]"),
    builtin<from_text::text, from_binary::interval>(1186, 1187, "interval[]"),
    builtin<from_text::text, from_binary::timetz>(1266, 1270, "timetz[]"),
    only_text(1560, 1561, "bit[]"),
    only_text(1562, 1563, "varbit[]"),
    builtin<from_text::numeric, from_binary::numeric>(1700, 1231, "numeric[]"),
    textual(1790, 2201, "refcursor[]"),
    only_text(2202, 2207, "regprocedure[]"),
    only_text(2203, 2208, "regoper[]"),
    only_text(2204, 2209, "regoperator[]"),
    only_text(2205, 2210, "regclass[]"),
    only_text(2206, 2211, "regtype[]"),
    only_text(2249, 2287, "record[]"),
    textual(2275, 1263, "cstring[]"),
    only_text(2277, 0, "anyarray[]"),
    builtin<from_text::nothing, from_binary::nothing>(2278, 0, "void[]"),
    builtin<from_text::uuid, from_binary::uuid>(2950, 2951, "uuid[]"),
    only_text(2970, 2949, "txid_snapshot[]"),
    only_text(3220, 3221, "pg_lsn[]"),
    only_text(3361, 0, "pg_ndistinct[]"),
    only_text(3402, 0, "pg_dependencies[]"),
    only_text(3614, 3643, "tsvector[]"),
    only_text(3615, 3645, "tsquery[]"),
    only_text(3642, 3644, "gtsvector[]"),
    only_text(3734, 3735, "regconfig[]"),
    only_text(3769, 3770, "regdictionary[]"),
    builtin<from_text::json, from_binary::jsonb>(3802, 3807, "jsonb[]"),
    only_text(3904, 3905, "int4range[]"),
    only_text(3906, 3907, "numrange[]"),
    only_text(3908, 3909, "tsrange[]"),
    only_text(3910, 3911, "tstzrange[]"),
    only_text(3912, 3913, "daterange[]"),
    only_text(3926, 3927, "int8range[]"),
    only_text(4072, 4073, "jsonpath[]"),
    only_text(4089, 4090, "regnamespace[]"),
    only_text(4096, 4097, "regrole[]"),
    only_text(4191, 4192, "regcollation[]"),
    only_text(4451, 6150, "int4multirange[]"),
    only_text(4532, 6151, "nummultirange[]"),
    only_text(4533, 6152, "tsmultirange[]"),
    only_text(4534, 6153, "tstzmultirange[]"),
    only_text(4535, 6155, "datemultirange[]"),
    only_text(4536, 6157, "int8multirange[]"),
    only_text(5017, 0, "pg_mcv_list[]"),
    only_text(5038, 5039, "pg_snapshot[]"),
    builtin<from_text::integer, from_binary::int8>(5069, 271, "xid8[]"),
};

const BuiltinType* find_builtin(Oid type) noexcept {
    if (type == InvalidOid) return nullptr;
    const auto found = std::find_if(builtin_types.begin(), builtin_types.end(), [type](const BuiltinType& builtin) {
        return builtin.type == type || builtin.array == type;
    });
    return found == builtin_types.end() ? nullptr : &*found;
}

constexpr TypeReader enum_reader{from_text::text, from_binary::text};
constexpr TypeReader enums_reader{text_array<from_text::text_in_place>, binary_array<from_binary::text_in_place>};
constexpr TypeReader text_reader{from_text::text};
constexpr TypeReader texts_reader{text_array<from_text::text_in_place>};

}  // namespace

const TypeReader* find_builtin_reader(Oid type) noexcept {
    const BuiltinType* const builtin = find_builtin(type);
    if (builtin == nullptr) return nullptr;
    return builtin->type == type ? &builtin->reader : &builtin->array_reader;
}

std::string_view builtin_type_name(Oid type) noexcept {
    const BuiltinType* const builtin = find_builtin(type);
    if (builtin == nullptr) return {};
    return builtin->type == type ? builtin->name() : builtin->array_name;
}

const TypeReader& reader_of(const TypeInfo& type) noexcept {
    const bool is_array = type.element != InvalidOid;
    if (is_array && type.delimiter != ',') return text_reader;
    if (is_array) return type.element_kind == 'e' ? enums_reader : texts_reader;
    return type.kind == 'e' ? enum_reader : text_reader;
}

}  // namespace databased::postgresql
