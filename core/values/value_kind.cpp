#include <databased/value.hpp>

#include <array>

namespace databased {

std::string_view name_of(ValueKind kind) noexcept {
    static constexpr std::array<std::string_view, 14> names{"NULL",
                                                            "a boolean",
                                                            "an integer",
                                                            "a real number",
                                                            "text",
                                                            "bytes",
                                                            "a decimal",
                                                            "a date",
                                                            "a time of day",
                                                            "a timestamp without zone",
                                                            "a timestamp with zone",
                                                            "a UUID",
                                                            "JSON",
                                                            "an array"};
    return names[static_cast<std::size_t>(kind)];
}

}  // namespace databased
