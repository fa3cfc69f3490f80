// For backends: INSERTs of which several runs can be one statement.
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/detail/export.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace databased::backend {

/// INSERT INTO table [(columns)] VALUES (parameters), and nothing else. Lives as long as the text.
struct PlainInsert {
    std::string_view table{};    ///< Its name, as it is written.
    std::string_view columns{};  ///< What is written between that and VALUES: names in parentheses, or blank.
    /// Of the row's values in their order, counted from 0; each parameter is there once.
    std::vector<std::size_t> parameters{};
};

/// Nothing if `text`, which is sent as it is, has any other form. What the table makes of an INSERT is not asked.
DATABASED_API std::optional<PlainInsert> plain_insert(std::string_view text, const Lexicon& lexicon);

}  // namespace databased::backend
