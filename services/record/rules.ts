/** Until there are records of others to hold, everybody has their own. */
export const patientsOf = (personId: string): string[] => [personId]
