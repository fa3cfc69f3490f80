// PostgreSQL as a backend, and what speaks its protocol.
#pragma once

#include <databased/backend.hpp>

#include <memory>

namespace databased::postgresql {

/// For URLs of the dialect "postgresql". Throws UrlError.
std::unique_ptr<DatabaseBackend> make_backend(const Url& url);

}  // namespace databased::postgresql
