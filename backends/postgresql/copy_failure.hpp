// What the server's errors tell of the rows of a COPY.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace databased::postgresql {

/// The number of the row, from 0, that an error is about: `context` is the error's, in whatever language. Nothing where
/// the server does not say it, as of foreign keys, which it checks behind the last row.
std::optional<std::size_t> row_of_failure(std::string_view context, std::string_view table) noexcept;

/// The one of `columns` whose value it is about; empty where the server does not say it.
std::string_view column_of_failure(std::string_view context, std::string_view table,
                                   std::span<const std::string> columns) noexcept;

}  // namespace databased::postgresql
