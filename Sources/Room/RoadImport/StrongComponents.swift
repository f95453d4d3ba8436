/// Finds the largest set of vertices that can all reach each other.
///
/// Tarjan's algorithm, with a stack of its own: a city's streets are too deep for recursion.
///
/// Source: Tarjan, *Depth-first search and linear graph algorithms*, SIAM J. Comput. 1 (1972).
enum StrongComponents {
    /// Finds the vertices of the largest component.
    ///
    /// - Parameters:
    ///   - offsets: For each vertex the first of its successors, and one more for the end.
    ///   - successors: Where one gets from each vertex.
    /// - Returns: For each vertex whether it is a member.
    static func largest(offsets: [Int], successors: [UInt32]) -> [Bool] {
        let count = offsets.count - 1
        let unseen = -1
        var order = [Int](repeating: unseen, count: count)
        var low = [Int](repeating: 0, count: count)
        var isOnStack = [Bool](repeating: false, count: count)
        var next = offsets
        var stack: [Int] = []
        var path: [Int] = []
        var clock = 0
        var best: [Int] = []

        for root in 0..<count where order[root] == unseen {
            path.append(root)
            while let vertex = path.last {
                if order[vertex] == unseen {
                    order[vertex] = clock
                    low[vertex] = clock
                    clock += 1
                    stack.append(vertex)
                    isOnStack[vertex] = true
                }
                if next[vertex] < offsets[vertex + 1] {
                    let successor = Int(successors[next[vertex]])
                    next[vertex] += 1
                    if order[successor] == unseen {
                        path.append(successor)
                    } else if isOnStack[successor] {
                        low[vertex] = min(low[vertex], order[successor])
                    }
                    continue
                }
                path.removeLast()
                if let parent = path.last { low[parent] = min(low[parent], low[vertex]) }
                guard low[vertex] == order[vertex], let start = stack.lastIndex(of: vertex) else { continue }
                let component = stack[start...]
                for member in component { isOnStack[member] = false }
                if component.count > best.count { best = Array(component) }
                stack.removeSubrange(start...)
            }
        }
        var isMember = [Bool](repeating: false, count: count)
        for vertex in best { isMember[vertex] = true }
        return isMember
    }
}
