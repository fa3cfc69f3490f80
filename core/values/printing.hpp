// Values as logs have them.
#pragma once

#include <databased/detail/fields.hpp>

#include <iosfwd>

namespace databased::detail {

/// Text in quotes, bytes in hexadecimal digits, null as NULL, the elements of an array in braces.
std::ostream& print(std::ostream& out, const FieldView& value);

}  // namespace databased::detail
