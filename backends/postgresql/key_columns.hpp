// The columns of a key, which PostgreSQL tells in the text of DETAIL only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace databased::postgresql {

/// Of "Key (a, "b, c")=(1, 2) already exists.", in any language of the server: a and b, c, without their quotes. What
/// is no column but an expression is given as it is written. Empty if there is no such part.
std::vector<std::string> key_columns(std::string_view detail);

}  // namespace databased::postgresql
