// Text that is meant for a column, as a value.
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/parameters.hpp>

#include <string_view>

namespace databased::detail {

/// Throws ParameterError for bytes that are none. The text is in no message.
void add_text_value(ParameterBuffer& out, std::string_view text, backend::TextMeaning meaning);

}  // namespace databased::detail
