// Texts that were written here become statements.
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/sql_text.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace databased::detail {

enum class RowLocks : bool { none, taken };

/// Classified like a text of a user. Throws ParameterError for characters that no text has.
std::shared_ptr<const SqlText> make_text(const std::string& sql, const Dialect& dialect,
                                         std::size_t parameter_count = 0, RowLocks locks = RowLocks::none);

}  // namespace databased::detail
