// The backends that are compiled in. No registration by static objects: linkers drop those.
#include <databased/backend.hpp>

#ifdef DATABASED_POSTGRESQL
    #include "postgresql/backend.hpp"
#endif
#ifdef DATABASED_SQLITE
    #include "sqlite/backend.hpp"
#endif

namespace databased::detail {

void list_builtin_backends([[maybe_unused]] void (*add)(std::string_view dialect, BackendFactory factory),
                           [[maybe_unused]] void (*left_out)(std::string_view dialect, std::string_view what_to_do)) {
#ifdef DATABASED_SQLITE
    add("sqlite", sqlite::make_backend);
#else
    left_out("sqlite",
             "this databased was built without SQLite; build it with -DDATABASED_SQLITE=ON, which needs libsqlite3 "
             "(Debian: libsqlite3-dev)");
#endif
#ifdef DATABASED_POSTGRESQL
    add("postgresql", postgresql::make_backend);
#else
    left_out("postgresql",
             "this databased was built without PostgreSQL; build it with -DDATABASED_POSTGRESQL=ON, which needs libpq "
             "(Debian: libpq-dev)");
#endif
}

}  // namespace databased::detail
