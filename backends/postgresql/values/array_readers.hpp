// Arrays of any rank, in both formats, from what reads their elements.
#pragma once

#include "types.hpp"

#include <string_view>

namespace databased::postgresql {

/// {1,NULL,"a \"b\""}, with [0:1]= in front where indexes do not begin with 1.
detail::Cell read_text_array(std::string_view data, detail::Arena& arena, Decode element, char delimiter);
detail::Cell read_binary_array(std::string_view data, detail::Arena& arena, Decode element);

template <Decode Element, char Delimiter = ','>
detail::Cell text_array(std::string_view data, detail::Arena& arena) {
    return read_text_array(data, arena, Element, Delimiter);
}

template <Decode Element>
detail::Cell binary_array(std::string_view data, detail::Arena& arena) {
    return read_binary_array(data, arena, Element);
}

}  // namespace databased::postgresql
