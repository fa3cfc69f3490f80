// Why a job has failed, from SQLite's result code and from what has happened meanwhile.
#pragma once

#include "handle.hpp"
#include "interrupts.hpp"
#include "job.hpp"

#include <cstddef>
#include <exception>
#include <optional>

namespace databased::sqlite {

/// Why `job` is not begun any more; nothing if it is.
std::exception_ptr refusal_to_begin(const Interrupts& interrupts, const Job& job);
/// `run` is the number of the item where there are several.
std::exception_ptr failure(const Handle& handle, Interrupts& interrupts, const Job& job, int code,
                           std::optional<std::size_t> run = {});
/// Of a statement that came with another job; null if `job` is about none.
std::exception_ptr failure(const Handle& handle, Interrupts& interrupts, const Job& job, const Statement* statement,
                           int code, std::optional<std::size_t> run = {});
/// Of a connection whose file is not there any more where its path says.
std::exception_ptr moved_file(const Handle& handle);

}  // namespace databased::sqlite
