// What is known of the schema of one database: the types that are not built in, as far as they were met.
#pragma once

#include "types.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace databased::postgresql {

/// Shared by the connections of one Database. Types are never forgotten: an OID that is used again for another type
/// after DROP TYPE is read as text, as all types here are.
class TypeCatalog {
  public:
    bool knows(Oid type) const noexcept { return find_builtin_reader(type) != nullptr || types_.contains(type); }
    void add(Oid type, TypeInfo info) { types_.insert_or_assign(type, std::move(info)); }

    /// How values of `type` are read; as text if it is not known.
    TypeReader reader_of(Oid type) const noexcept;
    /// "mood", "public.mood"; "oid 16385" if it is not known.
    std::string name_of(Oid type) const;

    /// Counts the changes of the schema that this program has made: what was prepared before one is out of date.
    std::uint64_t schema_version() const noexcept { return schema_version_; }
    void schema_changed() noexcept { ++schema_version_; }

  private:
    std::uint64_t schema_version_ = 0;
    std::unordered_map<Oid, TypeInfo> types_;
};

}  // namespace databased::postgresql
