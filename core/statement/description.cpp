#include "values/printing.hpp"

#include <databased/statement.hpp>

#include <sstream>

namespace databased {

std::string Statement::describe_values(std::size_t run) const {
    constexpr std::size_t longest = 1000;
    std::string description;
    for (std::size_t i = 0; i < text_->parameter_count && description.size() < longest; ++i) {
        const detail::Cell cell = parameter(i, run);
        std::ostringstream value;
        detail::print(value, detail::FieldView{.cell = &cell, .columns = nullptr, .index = 0});
        description += (i == 0 ? "" : ", ") + std::to_string(i + 1) + ": " + value.str();
    }
    if (description.size() > longest) description.replace(longest, std::string::npos, "…");
    return description;
}

}  // namespace databased
