#include <databased/detail/fetch_size.hpp>

#include <algorithm>

namespace databased::detail {

void FetchSize::note(std::size_t rows, std::size_t bytes, std::chrono::nanoseconds took) noexcept {
    if (rows == 0) return;
    std::size_t next = std::min(rows_ * growth, most_rows);
    next = std::min(next, enough_bytes * rows / std::max<std::size_t>(bytes, 1));
    if (took > a_while) {
        const auto times = static_cast<std::size_t>(took / a_while);
        next = std::min(next, rows / times);
    }
    rows_ = std::max<std::size_t>(next, 1);
}

}  // namespace databased::detail
