#include "type_catalog.hpp"

namespace databased::postgresql {

TypeReader TypeCatalog::reader_of(Oid type) const noexcept {
    if (const auto* reader = find_builtin_reader(type)) return *reader;
    const auto known = types_.find(type);
    return postgresql::reader_of(known != types_.end() ? known->second : TypeInfo{});
}

std::string TypeCatalog::name_of(Oid type) const {
    if (const auto name = builtin_type_name(type); !name.empty()) return std::string{name};
    const auto known = types_.find(type);
    return known != types_.end() ? known->second.name : "oid " + std::to_string(type);
}

}  // namespace databased::postgresql
