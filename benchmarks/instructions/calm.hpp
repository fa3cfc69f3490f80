// Counts that do not depend on who is faster.
#pragma once

namespace instructions {

/// From now on a loop that has nothing to do lets 20 ms pass before it looks whether something has come. By then
/// servers and threads have answered all that they were asked, so that it finds the same in each run. The monotonic
/// clock goes a thousand times slower: to databased these answers are as quick as they are without callgrind.
void let_all_answer();

}  // namespace instructions
