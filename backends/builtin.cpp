// The backends that are compiled in. No registration by static objects: linkers drop those.
#include <databased/backend.hpp>

#ifdef DATABASED_POSTGRESQL
    #include "postgresql/backend.hpp"
#endif
#ifdef DATABASED_SQLITE
    #include "sqlite/backend.hpp"
#endif

namespace databased::detail {

void list_builtin_backends(void (*add)(std::string_view dialect, BackendFactory factory)) {
#ifdef DATABASED_SQLITE
    add("sqlite", sqlite::make_backend);
#endif
#ifdef DATABASED_POSTGRESQL
    add("postgresql", postgresql::make_backend);
#endif
    static_cast<void>(add);
}

}  // namespace databased::detail
