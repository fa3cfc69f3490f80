// For backends: keeps bound values out of messages.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/statement.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace databased::backend {

/// The texts among the values of the runs from `first` to `last`, in arrays, too.
DATABASED_API std::vector<std::string> texts_of(const Statement& statement, std::size_t first, std::size_t last);

/// `message` without what it repeats of `values`, as a whole, or a piece of it in quotation marks or behind a colon at
/// its end. What the program has written in `sql` itself stays.
DATABASED_API std::string without_bound(std::string_view message, std::string_view sql,
                                        std::span<const std::string> values);

}  // namespace databased::backend
