// What the server says beside its answers.
#pragma once

#include <databased/notice.hpp>

#include <optional>

#include <libpq-fe.h>

namespace databased::postgresql {

/// Nothing for what is an error, and for what libpq itself says.
std::optional<Notice> notice_of(const PGresult* result);

}  // namespace databased::postgresql
