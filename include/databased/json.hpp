// Json as argument and result, complete. Include it where a program makes or reads JSON; it costs half a second per
// file.
#pragma once

#include <databased/codec.hpp>

#include <nlohmann/json.hpp>

namespace databased::detail {

inline Json Native<Json>::read(const FieldView& field) { return read_json(field); }

}  // namespace databased::detail
