#include "backend.hpp"

#include <databased/error.hpp>

namespace databased::postgresql {

std::unique_ptr<DatabaseBackend> make_backend(const Url&) {
    throw NotSupportedError("the PostgreSQL backend is being written");
}

}  // namespace databased::postgresql
