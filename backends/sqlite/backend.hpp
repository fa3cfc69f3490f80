// SQLite as a backend.
#pragma once

#include <databased/backend.hpp>

#include <memory>

namespace databased::sqlite {

/// For URLs of the dialect "sqlite". Throws UrlError.
std::unique_ptr<DatabaseBackend> make_backend(const Url& url);

}  // namespace databased::sqlite
